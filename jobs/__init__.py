"""The engine: queues, the journal, the outbox, the clock and the workers."""
