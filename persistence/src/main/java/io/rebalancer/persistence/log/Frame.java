package io.rebalancer.persistence.log;

import java.util.List;

/**
 * One entry of the log: stored whole or not at all.
 *
 * @param kind what it says
 * @param number of this frame in the whole log; frames are numbered without gaps
 * @param offset number of its first event in the whole log; for other kinds, of the next event
 * @param durableBefore every frame with a smaller number was forced before this one was written
 * @param id number of the persistence id it speaks of, or 0
 * @param sequenceNr of the first event; for {@link Kind#DELETED}, of the last one deleted; else 0
 * @param timeMillis when it was written
 * @param parts the events, or a name
 */
record Frame(
        Kind kind,
        long number,
        long durableBefore,
        long offset,
        long id,
        long sequenceNr,
        long timeMillis,
        List<byte[]> parts) {

    /** Stored by number: never change one. */
    enum Kind {
        /** Events of one persistence id, with consecutive sequence numbers. */
        EVENTS(1),
        /** The text of a persistence id that got a number. */
        ID_DEFINED(2),
        /** Events up to a sequence number are deleted. */
        DELETED(3),
        /** A named reader has dealt with all events before an offset; the part is its name. */
        CURSOR(4),
        /** A named reader is no more. */
        CURSOR_REMOVED(5),
        /** The highest sequence number of an id whose events are gone with their segment. */
        HIGHEST(6);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    Frame {
        parts = List.copyOf(parts);
    }

    /** How many events it holds. */
    int events() {
        return kind == Kind.EVENTS ? parts.size() : 0;
    }

    /** Number of the event after it. */
    long endOffset() {
        return offset + events();
    }
}
