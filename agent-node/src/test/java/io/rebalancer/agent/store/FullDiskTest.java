package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects that do not fit together on a small file system. Needs the right to mount one. */
@Tag("slow")
class FullDiskTest {
    private static final int MIB = 1 << 20;
    private static final long FLOOR = 200L * MIB;
    private static final int OBJECTS = 32;
    private static final ContentMd5 MD5 = ContentVerifier.md5(new byte[0]);

    @TempDir
    private Path mountPoint;

    private boolean mounted;
    private ObjectStore store;
    private final AtomicLong leastFree = new AtomicLong(Long.MAX_VALUE);

    @BeforeEach
    void mount() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=600m", "tmpfs", mountPoint.toString()) == 0;
        assumeThat(mounted).as("this user may mount a file system").isTrue();
        store = ObjectStore.open(mountPoint, Durability.FLUSHED, new SpaceGuard.Bounds(FLOOR, 100));
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            store.close();
            assertThat(run("umount", "-l", mountPoint.toString())).isZero();
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }

    @Test
    void objectsOfUnknownLengthNeverCrossTheFloorTogether() throws Exception {
        long available = store.space().availableBytes();
        List<IncomingObject> objects = writeInParallel(ObjectStore.UNKNOWN_SIZE);
        assertThat(objects).isNotEmpty();
        assertThat(leastFree.get()).isBetween(FLOOR, FLOOR + available / 2 + SpaceReservation.STEP_BYTES);
        closeAll(objects);
        assertThat(store.space().reservedBytes())
                .as("failed objects return their space")
                .isZero();
        assertThat(TemporaryFiles.of(mountPoint)).isEmpty();
    }

    @Test
    void objectsOfKnownLengthNeverCrossTheFloorTogether() throws Exception {
        List<IncomingObject> objects = writeInParallel(60L * MIB);
        assertThat(objects).hasSize(6);
        assertThat(leastFree.get()).isGreaterThanOrEqualTo(FLOOR);
        closeAll(objects);
        assertThat(store.space().reservedBytes())
                .as("failed objects return their space")
                .isZero();
    }

    /** Writes all objects at once, as far as there is space, and returns the objects that began. */
    private List<IncomingObject> writeInParallel(long sizeBytes) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(OBJECTS);
        try {
            List<Future<List<IncomingObject>>> all = new ArrayList<>();
            for (int i = 0; i < OBJECTS; i++) {
                ObjectKey key = StoreUntilKilled.key(i);
                all.add(threads.submit(() -> write(key, sizeBytes)));
            }
            List<IncomingObject> begun = new ArrayList<>();
            for (Future<List<IncomingObject>> each : all) {
                begun.addAll(each.get());
            }
            return begun;
        } finally {
            threads.shutdown();
        }
    }

    private List<IncomingObject> write(ObjectKey key, long sizeBytes) throws Exception {
        IncomingObject object;
        try {
            object = store.begin(key, sizeBytes, MD5);
        } catch (OutOfSpace e) {
            return List.of();
        }
        try {
            while (object.writtenBytes() != sizeBytes) {
                object.write(ByteBuffer.allocate(MIB));
                leastFree.accumulateAndGet(mountPoint.toFile().getUsableSpace(), Math::min);
            }
        } catch (OutOfSpace e) {
            assertThat(e).hasMessageContaining("floor " + FLOOR);
        }
        return List.of(object);
    }

    private static void closeAll(List<IncomingObject> objects) throws IOException {
        for (IncomingObject object : objects) {
            object.close();
        }
    }

    @Test
    void aRaisedFloorStopsAnObjectOfUnknownLength() throws Exception {
        try (IncomingObject object = store.begin(StoreUntilKilled.key(1), ObjectStore.UNKNOWN_SIZE, MD5)) {
            object.write(ByteBuffer.allocate(MIB));
            store.space().setBounds(new SpaceGuard.Bounds(590L * MIB, 100));
            assertThatThrownBy(() -> {
                        while (true) {
                            object.write(ByteBuffer.allocate(MIB));
                        }
                    })
                    .isInstanceOf(OutOfSpace.class)
                    .hasMessageContaining("floor " + 590L * MIB);
            assertThat(object.writtenBytes()).isEqualTo(SpaceReservation.STEP_BYTES);
        }
    }

    @Test
    void anAnswerWithoutLengthIsBounded() throws Exception {
        store.close();
        store = ObjectStore.open(
                mountPoint,
                new StoreOptions(
                        Durability.FLUSHED,
                        QuarantineBounds.DEFAULT,
                        FileModes.FROM_ROOT,
                        new PartLimits(PartLimits.DEFAULT.maxAge(), 3 * MIB)),
                SpaceGuard.Bounds.NONE);
        UUID id = new UUID(3, 4);
        try (IncomingObject object = store.begin(new ObjectKey(new UUID(1, 2), id), ObjectStore.UNKNOWN_SIZE, MD5)) {
            object.write(ByteBuffer.allocate(3 * MIB));
            assertThatThrownBy(() -> object.write(ByteBuffer.allocate(1)))
                    .isInstanceOf(OutOfSpace.class)
                    .hasMessageContaining(id.toString())
                    .hasMessageContaining("more than " + 3 * MIB + " bytes")
                    .hasMessageContaining("raise rebalancer.agent.max-object-of-unknown-size");
        }
    }
}
