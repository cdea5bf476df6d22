"""The outbox for messages of every domain: texts, rendering, sending.

A domain declares its kinds, with who composes the letter when its turn comes, and queues a message with the change that
it tells of; the message has a row, and its job reads what is so at that moment. Nothing that it said is kept.

    @message_kind("events.confirmation", permission=READ_REGISTRATIONS)
    async def confirmation(work: Work, message: Message, settings: Settings) -> Letter | None: ...

    (message_id,) = await outbox.queue(work, [Due("events.confirmation", person_id, entry.id)], association_id)
"""
