package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reservations of a file system of 1,000 MiB, of which 100 MiB must stay free. */
class SpaceGuardTest {
    private static final long MIB = 1 << 20;
    private static final long TOTAL = 1000 * MIB;
    private static final long FLOOR = 100 * MIB;

    private final FakeFileSystem fileSystem = new FakeFileSystem();
    private long nanoTime;
    private SpaceGuard guard;

    private static final class FakeFileSystem implements FileSystemSpace {
        private long used;
        private int readings;

        @Override
        public Reading read() {
            readings++;
            return new Reading(TOTAL, TOTAL - used, TOTAL - used);
        }
    }

    @BeforeEach
    void create() throws IOException {
        guard = new SpaceGuard(fileSystem, new SpaceGuard.Bounds(FLOOR, 100), () -> nanoTime);
    }

    private void pass(Duration time) {
        nanoTime += time.toNanos();
    }

    @Test
    void reservationsAtTheSameTimeNeverCrossTheFloorTogether() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(32);
        try {
            List<Future<Boolean>> accepted = IntStream.range(0, 200)
                    .mapToObj(i -> threads.submit(() -> {
                        try {
                            guard.reserve(7 * MIB);
                            return true;
                        } catch (OutOfSpace e) {
                            return false;
                        }
                    }))
                    .toList();
            int count = 0;
            for (Future<Boolean> each : accepted) {
                count += each.get() ? 1 : 0;
            }
            assertThat(count).isEqualTo(900 / 7);
            assertThat(guard.availableBytes()).isEqualTo(900 % 7 * MIB);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void theErrorNamesTheBoundsAndWhatIsReserved() throws Exception {
        guard.reserve(800 * MIB);
        assertThatThrownBy(() -> guard.reserve(101 * MIB))
                .isInstanceOf(OutOfSpace.class)
                .hasMessageContaining(101 * MIB + " bytes do not fit: only " + 100 * MIB)
                .hasMessageContaining("floor " + FLOOR + " bytes")
                .hasMessageContaining("ceiling 100 %")
                .hasMessageContaining(800 * MIB + " bytes reserved");
    }

    @Test
    void aClosedReservationReturnsItsSpaceOnce() throws Exception {
        SpaceReservation first = guard.reserve(500 * MIB);
        guard.reserve(300 * MIB);
        first.close();
        first.close();
        assertThat(guard.availableBytes()).isEqualTo(600 * MIB);
    }

    @Test
    void anUnknownLengthGrowsInSteps() throws Exception {
        SpaceReservation unknown = guard.reserve(0);
        unknown.growInStepsTo(1);
        assertThat(guard.availableBytes()).isEqualTo((900 - 64) * MIB);
        unknown.growInStepsTo(64 * MIB);
        assertThat(guard.availableBytes()).isEqualTo((900 - 64) * MIB);
        unknown.growInStepsTo(64 * MIB + 1);
        assertThat(guard.availableBytes()).isEqualTo((900 - 128) * MIB);
        unknown.growTo(300 * MIB);
        assertThat(guard.availableBytes()).isEqualTo(600 * MIB);
        assertThatThrownBy(() -> unknown.growTo(901 * MIB)).isInstanceOf(OutOfSpace.class);
        unknown.close();
        assertThat(guard.availableBytes()).isEqualTo(900 * MIB);
    }

    /** Written bytes are free for the file system until it counts them. They must not be given to another object. */
    @Test
    void forcedBytesAreSubtractedUntilTheFileSystemCountsThem() throws Exception {
        SpaceReservation written = guard.reserve(400 * MIB);
        written.recordForced(400 * MIB);
        written.close();
        assertThat(guard.availableBytes()).isEqualTo(500 * MIB);
        pass(SpaceGuard.COUNTING_DELAY.minusNanos(1));
        assertThat(guard.availableBytes()).isEqualTo(500 * MIB);
        fileSystem.used = 400 * MIB;
        pass(SpaceGuard.COUNTING_DELAY.multipliedBy(2));
        assertThat(guard.availableBytes()).isEqualTo(500 * MIB);
    }

    @Test
    void aRestartedObjectNeedsItsWholeSpaceAgain() throws Exception {
        SpaceReservation known = guard.reserve(400 * MIB);
        known.recordForced(128 * MIB);
        pass(SpaceGuard.COUNTING_DELAY.multipliedBy(2));
        assertThat(guard.availableBytes()).isEqualTo((900 - 272) * MIB);
        known.restart(400 * MIB);
        assertThat(guard.availableBytes()).isEqualTo(500 * MIB);
        known.close();
        assertThat(guard.availableBytes()).isEqualTo(900 * MIB);
        SpaceReservation unknown = guard.reserve(0);
        unknown.growTo(300 * MIB);
        unknown.restart(0);
        assertThat(guard.availableBytes()).isEqualTo(900 * MIB);
        unknown.close();
        assertThat(guard.availableBytes()).isEqualTo(900 * MIB);
    }

    @Test
    void aResumedObjectReservesOnlyTheBytesThatAreMissing() throws Exception {
        fileSystem.used = 700 * MIB;
        pass(Duration.ofSeconds(1));
        SpaceReservation resumed = guard.reserve(0);
        resumed.continueAt(600 * MIB);
        resumed.growTo(800 * MIB);
        assertThat(guard.availableBytes()).isZero();
        resumed.close();
        assertThat(guard.availableBytes()).isEqualTo(200 * MIB);
    }

    @Test
    void smallObjectsDoNotAskTheFileSystem() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            guard.reserve(1000).close();
        }
        assertThat(fileSystem.readings).isEqualTo(1);
        pass(Duration.ofSeconds(1));
        guard.reserve(1000).close();
        assertThat(fileSystem.readings).isEqualTo(2);
        guard.reserve(200 * MIB);
        guard.reserve(100 * MIB);
        assertThat(fileSystem.readings).as("more than 256 MiB were reserved").isEqualTo(3);
    }

    @Test
    void spaceThatBecameFreeIsFoundAtOnce() throws Exception {
        fileSystem.used = 950 * MIB;
        pass(Duration.ofSeconds(1));
        assertThatThrownBy(() -> guard.reserve(MIB)).isInstanceOf(OutOfSpace.class);
        fileSystem.used = 0;
        assertThatCode(() -> guard.reserve(MIB)).doesNotThrowAnyException();
    }

    @Test
    void changedBoundsHoldForFurtherGrowth() throws Exception {
        SpaceReservation object = guard.reserve(0);
        object.growInStepsTo(1);
        guard.setBounds(new SpaceGuard.Bounds(950 * MIB, 100));
        assertThatThrownBy(() -> object.growInStepsTo(64 * MIB + 1)).hasMessageContaining("floor " + 950 * MIB);
        guard.setBounds(new SpaceGuard.Bounds(0, 5));
        assertThatThrownBy(() -> object.growInStepsTo(64 * MIB + 1)).hasMessageContaining("ceiling 5 %");
        guard.setBounds(SpaceGuard.Bounds.NONE);
        object.growInStepsTo(64 * MIB + 1);
    }

    /** Other programs may use the space that an object reserved. */
    @Test
    void aBoundThatIsCrossedWhileAnObjectIsWrittenIsNoticed() throws Exception {
        SpaceReservation object = guard.reserve(500 * MIB);
        object.recordForced(64 * MIB);
        object.requireBounds();
        fileSystem.used = 901 * MIB;
        pass(Duration.ofSeconds(1));
        assertThatThrownBy(object::requireBounds)
                .isInstanceOf(OutOfSpace.class)
                .hasMessageContaining("already crossed by " + MIB + " bytes");
    }

    @Test
    void aFileSystemThatCanNotBeReadGrantsNothing() throws Exception {
        FileSystemSpace broken = new FileSystemSpace() {
            private int readings;

            @Override
            public Reading read() throws IOException {
                if (readings++ > 0) {
                    throw new IOException("Input/output error");
                }
                return new Reading(TOTAL, TOTAL, TOTAL);
            }
        };
        SpaceGuard blind = new SpaceGuard(broken, SpaceGuard.Bounds.NONE, () -> nanoTime);
        SpaceReservation object = Objects.requireNonNull(blind.reserve(MIB));
        pass(Duration.ofSeconds(1));
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> object.growTo(2 * MIB)).hasMessageContaining("Input/output error");
        }
    }
}
