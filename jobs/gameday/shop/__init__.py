"""A small shop of real HTTP processes: storefront calls checkout, checkout calls payments."""
