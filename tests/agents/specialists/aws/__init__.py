"""The tests of the AWS specialist."""
