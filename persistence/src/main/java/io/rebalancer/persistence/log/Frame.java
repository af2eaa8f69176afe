package io.rebalancer.persistence.log;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One entry of the log: stored whole or not at all.
 *
 * @param kind what it says
 * @param number of this frame in the whole log; frames are numbered without gaps
 * @param offset number of its first event in the whole log; for other kinds, of the next event
 * @param durableBefore every frame with a smaller number was forced before this one was written
 * @param id number of the persistence id it speaks of, or 0
 * @param sequenceNr see the kinds
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
        /** Events of one persistence id, with consecutive sequence numbers from this one on. */
        EVENTS(1),
        /** The text of a persistence id that got a number. */
        ID_DEFINED(2),
        /** Events up to a sequence number are deleted. */
        DELETED(3),
        /** A named reader has dealt with all events before an offset; the part is its name. */
        CURSOR(4),
        /** A named reader is no more. */
        CURSOR_REMOVED(5),
        /** The highest sequence number of an id whose events go with their segment. */
        HIGHEST(6),
        /** Number of the first segment that is still needed; what earlier ones said and still holds was said again. */
        LOG_BEGINS(7);

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

    /** Sequence number of its last event. */
    long lastSequenceNr() {
        return sequenceNr + events() - 1;
    }

    /** The name it holds. */
    String text() {
        return new String(parts.get(0), StandardCharsets.UTF_8);
    }

    static List<byte[]> text(String name) {
        return List.of(name.getBytes(StandardCharsets.UTF_8));
    }
}
