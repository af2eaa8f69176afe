package io.rebalancer.persistence.log;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What neighbouring segments state about ids, cursors and the beginning of the log, without what a later statement replaces.
 * A recovery from these frames ends in the same state as a recovery from all frames of the segments.
 */
final class SegmentFacts {
    private final Map<Subject, Frame> frames = new HashMap<>();

    /** What a frame is about: an id, a cursor, or the log. A later frame about the same subject replaces an earlier one. */
    private record Subject(Frame.Kind kind, long id, String name) {
        static Subject of(Frame frame) {
            return switch (frame.kind()) {
                case ID_DEFINED, DELETED, HIGHEST -> new Subject(frame.kind(), frame.id(), "");
                case CURSOR, CURSOR_REMOVED -> new Subject(frame.kind(), 0, frame.text());
                case LOG_BEGINS -> new Subject(frame.kind(), 0, "");
                case EVENTS -> throw new IllegalArgumentException("a frame with events is not a control frame");
            };
        }
    }

    /** Adds a frame without events that follows the frames before it in the log. */
    void add(Frame frame) {
        Subject subject = Subject.of(frame);
        if (frame.kind() == Frame.Kind.CURSOR_REMOVED) {
            // The removal stays: an earlier segment may have the cursor, at a higher position than a new one.
            frames.put(subject, frame);
            frames.remove(new Subject(Frame.Kind.CURSOR, 0, subject.name()));
        } else {
            frames.merge(subject, frame, (known, added) -> added.sequenceNr() > known.sequenceNr() ? added : known);
        }
    }

    /** Notes that events of an id up to this sequence number are kept: they show themselves how far the id has come. */
    void addKeptEvents(long id, long highest) {
        frames.computeIfPresent(
                new Subject(Frame.Kind.HIGHEST, id, ""),
                (subject, known) -> known.sequenceNr() > highest ? known : null);
    }

    /** The remaining frames in the order of the log. */
    List<Frame> frames() {
        return frames.values().stream()
                .sorted(Comparator.comparingLong(Frame::number))
                .toList();
    }

    /** Number of bytes that the remaining frames take. */
    long bytes() {
        return frames.values().stream()
                .mapToLong(frame -> FrameFormat.length(frame.parts()))
                .sum();
    }
}
