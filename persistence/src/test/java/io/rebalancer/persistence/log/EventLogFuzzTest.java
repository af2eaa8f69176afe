package io.rebalancer.persistence.log;

import static io.rebalancer.persistence.log.SmallLogs.SMALL;
import static io.rebalancer.persistence.log.SmallLogs.events;
import static io.rebalancer.persistence.log.SmallLogs.get;
import static io.rebalancer.persistence.log.SmallLogs.open;
import static io.rebalancer.persistence.log.SmallLogs.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.persistence.log.LogException.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Arbitrary bytes on the disk never become events, large allocations or unexpected exceptions. */
class EventLogFuzzTest {
    private static final int EVENTS = 12;

    @Test
    void randomBytesAreNotValidFrames() {
        Random random = new Random(3);
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[FrameFormat.HEADER_BYTES + random.nextInt(64)];
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                ByteBuffer.wrap(bytes).putInt(0x52424C46).putInt(random.nextInt());
            }
            Optional<Integer> length = FrameFormat.lengthAt(ByteBuffer.wrap(bytes), SMALL.maxFrameBytes());
            assertThat(length.orElse(8)).isBetween(8, SMALL.maxFrameBytes());
            assertThat(FrameFormat.decode(ByteBuffer.wrap(bytes), random.nextInt()))
                    .isEmpty();
        }
    }

    /** The lengths of parts are checked even if the checksum of the frame is right. */
    @Test
    void aFrameWithWrongPartLengthsIsInvalid() {
        CRC32C crc = new CRC32C();
        List<byte[]> parts = events("one", "two");
        int length = (int) FrameFormat.length(parts);
        Frame frame = new Frame(Frame.Kind.EVENTS, 0, 0, 0, 1, 1, 0, parts);
        for (int wrongLength : new int[] {Integer.MAX_VALUE, -1, 1000}) {
            for (int at : new int[] {FrameFormat.HEADER_BYTES, FrameFormat.HEADER_BYTES - 4}) {
                ByteBuffer bytes = ByteBuffer.allocate(length);
                FrameFormat.encode(frame, length, 7, bytes, crc);
                bytes.flip();
                assertThat(FrameFormat.decode(bytes, 7)).isPresent();
                bytes.putInt(at, wrongLength).putInt(8, 0);
                crc.reset();
                crc.update(bytes.duplicate());
                bytes.putInt(8, (int) crc.getValue());
                assertThat(FrameFormat.decode(bytes, 7))
                        .as("%d at %d", wrongLength, at)
                        .isEmpty();
            }
        }
    }

    /**
     * A random byte of a stored log is changed. A read then returns what was stored, possibly without the last event, or the
     * log is reported as damaged.
     */
    @Test
    void aChangedByteIsDetectedOrHarmless() throws Exception {
        Random random = new Random(17);
        int damaged = 0;
        for (int round = 0; round < 600; round++) {
            SimulatedDisk disk = new SimulatedDisk();
            List<String> stored = new ArrayList<>();
            try (EventLog log = open(disk, SMALL)) {
                for (int i = 1; i <= EVENTS; i++) {
                    String event = "event " + i + "x".repeat(random.nextInt(200));
                    get(log.append("a", i, events(event)));
                    stored.add(event);
                }
            }
            int size = disk.content(Segment.name(0)).length;
            disk.damage(Segment.name(0), random.nextInt(size));
            try (EventLog log = open(disk, SMALL)) {
                List<String> found = read(log, "a");
                assertThat(found.size()).as("only the last group may look torn").isGreaterThanOrEqualTo(EVENTS - 1);
                assertThat(stored).startsWith(found.toArray(new String[0]));
            } catch (LogException e) {
                assertThat(e.kind()).isIn(Kind.CORRUPT, Kind.NEWER_FORMAT);
                damaged++;
            } catch (java.io.IOException e) {
                throw new AssertionError("round " + round, e);
            }
        }
        assertThat(damaged).isGreaterThan(300);
    }
}
