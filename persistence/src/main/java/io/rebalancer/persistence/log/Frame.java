package io.rebalancer.persistence.log;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One entry of the log, stored whole or not at all.
 *
 * @param kind meaning of the frame
 * @param number of this frame in the whole log; frames are numbered without gaps
 * @param durableBefore every frame with a smaller number was forced before this one was written
 * @param offset number of its first event in the whole log; for a frame without events, of the next event
 * @param id number of its persistence id; 0 for frames about cursors and segments
 * @param sequenceNr a sequence number, an offset or a segment number, depending on the kind
 * @param timeMillis when it was written, in ms since 1970
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

    /** The meaning of a frame. The numbers are stored: never change one. */
    enum Kind {
        /** Events of one persistence id, with consecutive sequence numbers from {@code sequenceNr} on. */
        EVENTS(1),
        /** Defines the number of a persistence id; the part is its name. */
        ID_DEFINED(2),
        /** Events of an id up to and including {@code sequenceNr} are deleted. */
        DELETED(3),
        /** A reader has processed all events before the offset in {@code sequenceNr}; the part is the name of its cursor. */
        CURSOR(4),
        /** A cursor was removed; the part is its name. */
        CURSOR_REMOVED(5),
        /** The highest sequence number of an id whose events are deleted with their segment. */
        HIGHEST(6),
        /**
         * {@code sequenceNr} is the number of the first segment that is still needed. What remains valid of the earlier
         * segments was rewritten before this frame.
         */
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

    /** Number of events in the frame. */
    int events() {
        return kind == Kind.EVENTS ? parts.size() : 0;
    }

    /** Offset after its last event. */
    long endOffset() {
        return offset + events();
    }

    /** Sequence number of its last event. */
    long lastSequenceNr() {
        return sequenceNr + events() - 1;
    }

    /** The name in its first part. */
    String text() {
        return new String(parts.get(0), StandardCharsets.UTF_8);
    }

    static List<byte[]> text(String name) {
        return List.of(name.getBytes(StandardCharsets.UTF_8));
    }
}
