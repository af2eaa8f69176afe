package io.rebalancer.agent.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.agent.copy.FaultySource.Fault;
import io.rebalancer.agent.store.DiskOperations;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.agent.store.TemporaryFiles;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.AgentControl;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Faulty sources: each fault leads to its reason or to another source, and wrong bytes never get a final name. */
@Timeout(120)
@Tag("slow")
class SourceFaultTest {
    private static final StorageNodeId FIRST = new StorageNodeId("first.stor");
    private static final StorageNodeId SECOND = new StorageNodeId("second.stor");
    private static final UUID OWNER = new UUID(7, 7);
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(1);

    @TempDir
    private Path root;

    private FaultySource first;
    private FaultySource second;
    private ObjectStore store;
    private int taskIndex;
    private TestEngine engine;

    @BeforeEach
    void open() throws IOException {
        first = new FaultySource();
        second = new FaultySource();
        store = ObjectStore.open(root, Durability.OS, SpaceGuard.Bounds.NONE);
        engine = TestEngine.start(
                TestEngine.settings(
                        root, IDLE_TIMEOUT, Map.of(FIRST, URI.create(first.url()), SECOND, URI.create(second.url()))),
                store);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
        store.close();
        first.close();
        second.close();
    }

    /** Each order is another task of its assignment. */
    private CopyOrder order(UUID owner, UUID objectId, long size, ContentMd5 md5, StorageNodeId... sources) {
        return TestEngine.order(taskIndex++, owner, objectId, size, md5, sources);
    }

    private static byte[] content(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void assertNothingIsLeft() {
        await().untilAsserted(() -> assertThat(TemporaryFiles.of(root)).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NOT_FOUND    | UNRECOVERABLE           | answered 404
            GONE         | UNRECOVERABLE           | answered 410
            SERVER_ERROR | HTTP_STATUS_CODE        | answered 500
            REDIRECT     | HTTP_STATUS_CODE        | answered 302
            RESET        | SOURCE_OTHER_ERROR      | ''
            SILENT       | SOURCE_OTHER_ERROR      | no response within
            STALL        | SOURCE_OTHER_ERROR      | ''
            TRUNCATED    | SOURCE_OTHER_ERROR      | ''
            TRUNCATED_WITHOUT_LENGTH | MD5_MISMATCH | 2999
            TOO_LONG     | UNRECOVERABLE           | more than 3000
            WRONG_LENGTH | UNRECOVERABLE           | declares 3007 bytes, not 3000
            FLIPPED_BIT  | UNRECOVERABLE           | MD5 is not
            DRIP         | SOURCE_OTHER_ERROR      | ''
            GARBAGE      | SOURCE_OTHER_ERROR      | ''
            """)
    void aFaultHasItsReasonAndAnotherSourceHelps(Fault fault, Reason reason, String detail) throws Exception {
        byte[] bytes = content(1, 3000);
        UUID withoutHelp = UUID.randomUUID();
        first.serve(withoutHelp, bytes, fault);
        CopyOutcome failed = engine.copy(order(OWNER, withoutHelp, 3000, TestEngine.md5(bytes), FIRST));
        assertThat(failed.result().failure()).as(failed.result().detail()).contains(reason);
        assertThat(failed.result().detail())
                .contains(first.url() + "/" + OWNER + "/" + withoutHelp)
                .contains(detail);
        assertThat(store.path(failed.order().key())).doesNotExist();
        assertNothingIsLeft();
        // With another source that holds a copy, the object arrives.
        UUID withHelp = UUID.randomUUID();
        first.serve(withHelp, bytes, fault);
        second.serve(withHelp, bytes, Fault.NONE);
        CopyOutcome succeeded = engine.copy(order(OWNER, withHelp, 3000, TestEngine.md5(bytes), FIRST, SECOND));
        assertThat(succeeded.result().failure()).as(succeeded.result().detail()).isEmpty();
        assertThat(store.path(succeeded.order().key())).hasBinaryContent(bytes);
        assertNothingIsLeft();
    }

    /** Each pair of faults, and what the copy then fails with. An object is lost only if both sources prove that. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NOT_FOUND    | NOT_FOUND                | UNRECOVERABLE
            NOT_FOUND    | FLIPPED_BIT              | UNRECOVERABLE
            WRONG_LENGTH | GONE                     | UNRECOVERABLE
            TOO_LONG     | FLIPPED_BIT              | UNRECOVERABLE
            NOT_FOUND    | SERVER_ERROR             | HTTP_STATUS_CODE
            SERVER_ERROR | NOT_FOUND                | SOURCE_OBJECT_NOT_FOUND
            REDIRECT     | FLIPPED_BIT              | MD5_MISMATCH
            NOT_FOUND    | RESET                    | SOURCE_OTHER_ERROR
            TRUNCATED    | NOT_FOUND                | SOURCE_OBJECT_NOT_FOUND
            SILENT       | FLIPPED_BIT              | MD5_MISMATCH
            NOT_FOUND    | TRUNCATED_WITHOUT_LENGTH | MD5_MISMATCH
            GARBAGE      | NOT_FOUND                | SOURCE_OBJECT_NOT_FOUND
            """)
    void anObjectIsLostIfEachSourceProvesIt(Fault one, Fault other, Reason reason) throws Exception {
        byte[] bytes = content(9, 3000);
        UUID id = UUID.randomUUID();
        first.serve(id, bytes, one);
        second.serve(id, bytes, other);
        CopyOutcome failed = engine.copy(order(OWNER, id, 3000, TestEngine.md5(bytes), FIRST, SECOND));
        assertThat(failed.result().failure()).as(failed.result().detail()).contains(reason);
        if (reason == Reason.UNRECOVERABLE) {
            assertThat(failed.result().detail())
                    .contains(FIRST + " " + first.url() + "/" + OWNER + "/" + id)
                    .contains(SECOND + " " + second.url() + "/" + OWNER + "/" + id);
        }
        // The second attempt, after an operator has restored the file on one of the nodes.
        second.serve(id, bytes, Fault.NONE);
        CopyOutcome again = engine.copy(order(OWNER, id, 3000, TestEngine.md5(bytes), FIRST, SECOND));
        assertThat(again.result().failure()).as(again.result().detail()).isEmpty();
        assertThat(store.path(again.order().key())).hasBinaryContent(bytes);
    }

    @Test
    void anObjectIsNotLostWhileASourceCannotBeAsked() throws Exception {
        byte[] bytes = content(10, 3000);
        ContentMd5 md5 = TestEngine.md5(bytes);
        UUID id = UUID.randomUUID();
        assertThat(engine.copy(order(OWNER, id, 3000, md5, new StorageNodeId("unknown.stor"), FIRST))
                        .result()
                        .failure())
                .as("a node that this agent may not fetch from")
                .contains(Reason.SOURCE_OBJECT_NOT_FOUND);
        second.close();
        assertThat(engine.copy(order(OWNER, id, 3000, md5, SECOND, FIRST))
                        .result()
                        .failure())
                .as("a node that refuses connections")
                .contains(Reason.SOURCE_OBJECT_NOT_FOUND);
    }

    /** The legacy API names one source of several. */
    @Test
    void anOrderFromNoJobProvesNoLoss() throws Exception {
        byte[] bytes = content(11, 3000);
        CopyOrder order = order(OWNER, UUID.randomUUID(), 3000, TestEngine.md5(bytes), FIRST);
        CopyOutcome failed = engine.copy(new CopyOrder(
                order.assignmentId(),
                0,
                order.taskIndex(),
                order.key(),
                order.sizeBytes(),
                order.md5(),
                List.of(FIRST)));
        assertThat(failed.result().failure()).contains(Reason.SOURCE_OBJECT_NOT_FOUND);
        assertThat(failed.httpStatus()).isEqualTo(404);
    }

    /** The bytes of a response that nothing needs must not use the network. */
    @ParameterizedTest
    @EnumSource(names = {"ENDLESS_ERROR", "ENDLESS_WRONG_LENGTH"})
    void aLargeResponseThatIsNotNeededIsCutOff(Fault fault) throws Exception {
        UUID id = failWith(fault);
        await().until(() -> first.wasCutOff(id));
    }

    @Test
    void aLargeResponseThatArrivesAfterTheTimeoutIsCutOff() throws Exception {
        UUID id = failWith(Fault.ENDLESS_AFTER_TIMEOUT);
        assertThat(first.wasCutOff(id)).isFalse();
        first.passTimeout();
        await().until(() -> first.wasCutOff(id));
    }

    private UUID failWith(Fault fault) throws Exception {
        byte[] bytes = content(7, 3000);
        UUID id = UUID.randomUUID();
        first.serve(id, bytes, fault);
        CopyOutcome failed = engine.copy(order(OWNER, id, 3000, TestEngine.md5(bytes), FIRST));
        assertThat(failed.result().failure()).isPresent();
        return id;
    }

    /** The source has to wait for the disk for longer than it may be silent. */
    @Test
    void aSlowDiskIsNotTheSilenceOfTheSource(@TempDir Path other) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        DiskOperations slow = new DiskOperations() {
            private boolean delayed;

            @Override
            protected void write(FileChannel file, ByteBuffer bytes) throws IOException {
                try {
                    if (!delayed) {
                        delayed = true;
                        never.await(3 * IDLE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                    }
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                super.write(file, bytes);
            }
        };
        byte[] bytes = content(8, 8 << 20);
        UUID id = UUID.randomUUID();
        first.serve(id, bytes, Fault.NONE);
        try (ObjectStore slowStore = ObjectStore.open(other, Durability.OS, SpaceGuard.Bounds.NONE, slow);
                TestEngine onSlowDisk = TestEngine.start(
                        TestEngine.settings(other, IDLE_TIMEOUT, Map.of(FIRST, URI.create(first.url()))), slowStore)) {
            CopyOutcome done = onSlowDisk.copy(order(OWNER, id, bytes.length, TestEngine.md5(bytes), FIRST));
            assertThat(done.result().failure()).as(done.result().detail()).isEmpty();
            assertThat(first.requests(id)).isEqualTo(1);
        }
    }

    @Test
    void aSourceThatSentWrongBytesIsNotTriedAgainForTheObject() throws Exception {
        byte[] bytes = content(2, 3000);
        UUID id = UUID.randomUUID();
        first.serve(id, bytes, Fault.FLIPPED_BIT);
        second.serve(id, bytes, Fault.FLIPPED_BIT);
        CopyOutcome done = engine.copy(order(OWNER, id, 3000, TestEngine.md5(bytes), FIRST, SECOND));
        assertThat(done.result().failure()).contains(Reason.UNRECOVERABLE);
        assertThat(first.requests(id)).isEqualTo(1);
        assertThat(second.requests(id)).isEqualTo(1);
    }

    @Test
    void aLargeObjectIsResumedAfterABrokenConnection() throws Exception {
        byte[] bytes = content(3, 8 << 20);
        UUID id = UUID.randomUUID();
        first.serve(id, bytes, Fault.BREAKS_TWICE);
        CopyOutcome done = engine.copy(order(OWNER, id, bytes.length, TestEngine.md5(bytes), FIRST));
        assertThat(done.result().failure()).as(done.result().detail()).isEmpty();
        assertThat(store.path(done.order().key())).hasBinaryContent(bytes);
        assertThat(first.requests(id)).isEqualTo(3);
    }

    /** The second source sends only the missing bytes. If the bytes of both do not match, it sends the whole object. */
    @Test
    void anotherSourceResumesALargeObject() throws Exception {
        byte[] bytes = content(4, 8 << 20);
        UUID good = UUID.randomUUID();
        first.serve(good, bytes, Fault.STALL);
        second.serve(good, bytes, Fault.NONE);
        CopyOutcome done = engine.copy(order(OWNER, good, bytes.length, TestEngine.md5(bytes), FIRST, SECOND));
        assertThat(done.result().failure()).as(done.result().detail()).isEmpty();
        assertThat(store.path(done.order().key())).hasBinaryContent(bytes);
        UUID bad = UUID.randomUUID();
        first.serve(bad, content(5, 8 << 20), Fault.STALL);
        second.serve(bad, bytes, Fault.NONE);
        CopyOutcome mixed = engine.copy(order(OWNER, bad, bytes.length, TestEngine.md5(bytes), FIRST, SECOND));
        assertThat(mixed.result().failure()).as(mixed.result().detail()).isEmpty();
        assertThat(store.path(mixed.order().key())).hasBinaryContent(bytes);
    }

    @Test
    void tenThousandCorruptTransfersAllFail() throws Exception {
        int transfers = 10_000;
        Fault[] kinds = {Fault.FLIPPED_BIT, Fault.WRONG_LENGTH, Fault.FLIPPED_BIT, Fault.TOO_LONG};
        List<CopyOrder> orders = new ArrayList<>();
        for (int i = 0; i < transfers; i++) {
            byte[] bytes = content(i, 1000);
            UUID id = new UUID(1, i);
            first.serve(id, bytes, kinds[i % kinds.length]);
            orders.add(TestEngine.order(i, OWNER, id, 1000, TestEngine.md5(bytes), FIRST));
        }
        orders.forEach(engine::submit);
        Queue<CopyOutcome> done = engine.outcomes();
        await().atMost(Duration.ofMinutes(3)).until(() -> done.size() == transfers);
        assertThat(done).allSatisfy(each -> {
            assertThat(each.result().failure()).isPresent();
            assertThat(each.result().created()).isFalse();
        });
        assertThat(root.resolve(OWNER.toString())).doesNotExist();
        assertNothingIsLeft();
    }

    /** Copies stay below a byte limit that changes while they run. */
    @Test
    void aByteLimitHoldsWhileItChanges() throws Exception {
        int objects = 400;
        int size = 64 << 10;
        Queue<CopyOutcome> done = engine.outcomes();
        engine.engine().setLimits(limits(2_000_000));
        for (int i = 0; i < objects; i++) {
            byte[] bytes = content(i, size);
            UUID id = new UUID(2, i);
            first.serve(id, bytes, Fault.NONE);
            engine.submit(TestEngine.order(i, OWNER, id, size, TestEngine.md5(bytes), FIRST));
        }
        long startNanos = System.nanoTime();
        await().until(() -> done.size() > 60);
        double bytesPerSecond = (double) done.size() * size / ((System.nanoTime() - startNanos) / 1e9);
        assertThat(bytesPerSecond)
                .as("bytes per second under a limit of 2 MB/s")
                .isLessThan(2_000_000 * 1.05 + 2 * size * 32);
        engine.engine().setLimits(limits(0));
        await().atMost(Duration.ofSeconds(30)).until(() -> done.size() == objects);
        assertThat(done).allSatisfy(each -> assertThat(each.result().failure()).isEmpty());
    }

    private static CopyLimits limits(long bytesPerSecond) {
        return new CopyLimits(bytesPerSecond, 0, 32, 32, 0, 100);
    }

    @Test
    void aFailingSourceIsInBackoffAndRecovers() throws Exception {
        byte[] bytes = content(6, 1000);
        ContentMd5 md5 = TestEngine.md5(bytes);
        for (int i = 0; i < 3; i++) {
            UUID id = UUID.randomUUID();
            first.serve(id, bytes, Fault.SERVER_ERROR);
            second.serve(id, bytes, Fault.NONE);
            assertThat(engine.copy(order(OWNER, id, 1000, md5, FIRST, SECOND))
                            .result()
                            .failure())
                    .isEmpty();
        }
        assertThat(engine.engine().status().sources()).anySatisfy(source -> {
            assertThat(source.storageId()).isEqualTo(FIRST.text());
            assertThat(source.failures()).isPositive();
        });
        await().until(() -> engine.engine().status().sources().stream().noneMatch(AgentControl.Source::resting));
        UUID id = UUID.randomUUID();
        first.serve(id, bytes, Fault.NONE);
        assertThat(engine.copy(order(OWNER, id, 1000, md5, FIRST)).result().failure())
                .isEmpty();
        assertThat(engine.engine().status().sources())
                .filteredOn(source -> source.storageId().equals(FIRST.text()))
                .allMatch(source -> source.failures() == 0);
    }
}
