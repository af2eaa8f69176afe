package io.rebalancer.persistence.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A few frames must lead a recovery to the same state as all frames of the segments. */
class SegmentFactsTest {
    private static Frame frame(Frame.Kind kind, long number, long id, long value, String name) {
        return new Frame(
                kind, number, number, 7, id, value, number * 10, name.isEmpty() ? List.of() : Frame.text(name));
    }

    private static SegmentFacts facts(List<Frame> frames) {
        SegmentFacts facts = new SegmentFacts();
        frames.forEach(facts::add);
        return facts;
    }

    @Test
    void theHighestValueOfEachIdStays() {
        SegmentFacts facts = facts(List.of(
                frame(Frame.Kind.LOG_BEGINS, 1, 0, 3, ""),
                frame(Frame.Kind.ID_DEFINED, 2, 1, 0, "a"),
                frame(Frame.Kind.DELETED, 3, 1, 5, ""),
                frame(Frame.Kind.HIGHEST, 4, 1, 8, ""),
                frame(Frame.Kind.HIGHEST, 5, 2, 4, ""),
                frame(Frame.Kind.DELETED, 6, 1, 7, ""),
                frame(Frame.Kind.DELETED, 7, 1, 6, ""),
                frame(Frame.Kind.ID_DEFINED, 8, 1, 0, "a"),
                frame(Frame.Kind.LOG_BEGINS, 9, 0, 4, "")));
        facts.addKeptEvents(1, 7);
        facts.addKeptEvents(2, 4);
        assertThat(facts.frames()).extracting(Frame::number).containsExactly(2L, 4L, 6L, 9L);
        assertThat(facts.bytes()).isEqualTo(80 + 3 * 72);
    }

    /** Random histories of two cursors, after a position that an earlier segment may have. */
    @Test
    void cursorsEndAtTheSamePosition() {
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            List<Frame> history = IntStream.rangeClosed(1, 1 + random.nextInt(8))
                    .mapToObj(number -> frame(
                            random.nextInt(3) == 0 ? Frame.Kind.CURSOR_REMOVED : Frame.Kind.CURSOR,
                            number,
                            0,
                            random.nextInt(20),
                            "cursor-" + random.nextInt(2)))
                    .toList();
            List<Frame> remaining = facts(history).frames();
            assertThat(cursorsAfter(remaining)).as("seed %d", seed).isEqualTo(cursorsAfter(history));
            assertThat(remaining).hasSizeLessThanOrEqualTo(4).hasSizeLessThanOrEqualTo(history.size());
            assertThat(facts(remaining).frames()).isEqualTo(remaining);
        }
    }

    private static List<Cursor> cursorsAfter(List<Frame> frames) {
        Cursors cursors = new Cursors();
        cursors.move("cursor-0", 10, 1);
        for (Frame frame : frames) {
            if (frame.kind() == Frame.Kind.CURSOR) {
                cursors.move(frame.text(), frame.sequenceNr(), frame.timeMillis());
            } else {
                cursors.remove(frame.text());
            }
        }
        return cursors.all();
    }
}
