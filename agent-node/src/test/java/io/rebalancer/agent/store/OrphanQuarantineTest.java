package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.QuarantineOrder.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bounds of the quarantine and the files of runs. */
class OrphanQuarantineTest {
    private static final UUID RUN = new UUID(9, 9);

    @TempDir
    private Path root;

    private ObjectStore open(Duration maxAge, long maxBytes) throws IOException {
        StoreOptions options = new StoreOptions(
                Durability.OS, new QuarantineBounds(maxAge, maxBytes), FileModes.FROM_ROOT, PartLimits.DEFAULT);
        return ObjectStore.open(root, options, SpaceGuard.Bounds.NONE);
    }

    private ObjectKey plant(int object) throws IOException {
        ObjectKey key = new ObjectKey(new UUID(1, 1), new UUID(2, object));
        Path file = root.resolve(key.relativePath());
        Files.createDirectories(file.getParent());
        Files.writeString(file, "content");
        return key;
    }

    private void moveForRun(ObjectStore store, ObjectKey key) throws IOException {
        assertThat(store.orphans().move(orderOf(store, key), RUN, (each, createdFor) -> false))
                .isEqualTo(Result.MOVED);
    }

    private static QuarantineOrder.File orderOf(ObjectStore store, ObjectKey key) throws IOException {
        FileFacts facts = FileFacts.read(store.path(key));
        return new QuarantineOrder.File(
                new CopyKey(key.owner(), key.objectId()),
                facts.sizeBytes(),
                facts.modifiedMillis(),
                facts.changedMillis());
    }

    private static Optional<String> moveForCopy(ObjectStore store, ObjectKey key) throws IOException {
        return store.moveAside(key, QuarantineReason.REPLACED, QuarantineEvidence.NONE);
    }

    @Test
    void filesOfRunsNeverExpireAndPushNoOthersOut() throws IOException {
        try (ObjectStore store = open(Duration.ofDays(1), 7)) {
            moveForCopy(store, plant(1));
            for (int i = 2; i <= 5; i++) {
                moveForRun(store, plant(i));
            }
            assertThat(store.quarantinedFiles())
                    .as("7 bytes of copies, and 28 of the run")
                    .isEqualTo(5);
            moveForCopy(store, plant(6));
            assertThat(store.quarantinedFiles())
                    .as("only the first one has expired")
                    .isEqualTo(5);
        }
        try (ObjectStore store = open(Duration.ofNanos(1), 0)) {
            assertThat(store.quarantinedFiles())
                    .as("after a restart, all others are too old")
                    .isEqualTo(4);
            assertThat(store.orphans().list(Optional.empty(), 10).items())
                    .hasSize(4)
                    .allMatch(item -> item.runId().equals(Optional.of(RUN)));
            String id = store.orphans().list(Optional.empty(), 1).items().get(0).id();
            assertThat(store.orphans().purge(id, Instant.now().plusSeconds(60))).isTrue();
        }
        try (ObjectStore store = open(Duration.ofNanos(1), 0)) {
            assertThat(store.quarantinedFiles()).isEqualTo(3);
        }
    }

    @Test
    void aSidecarOfAnEarlierBuildIsReadAndAnyOtherFieldIsIgnored() {
        QuarantineItem item = QuarantineItem.parse(
                        "id",
                        "version=1\nstate=kept\nreason=discarded\npath=" + new UUID(1, 1) + "/" + new UUID(2, 2)
                                + "\ntime=2026-01-01T00:00:00Z\nsize=7\nmode=rw-r--r--\nlater=field\n")
                .orElseThrow();
        assertThat(item.evidence().runId()).isEmpty();
        assertThat(QuarantineItem.parse("id", item.text())).contains(item);
        assertThat(QuarantineItem.parse("id", item.text() + "run=" + RUN + "\n")
                        .orElseThrow()
                        .evidence()
                        .runId())
                .contains(RUN);
        assertThat(QuarantineItem.parse("id", item.text() + "run=damaged\n")).isEmpty();
    }

    /** No record named the file when the run looked at it, but one may do soon. The file has no note of an assignment. */
    @Test
    void aFileThatAnAssignmentFoundSinceTheLookIsNotMoved() throws Exception {
        try (ObjectStore store = open(Duration.ofDays(1), 7)) {
            ObjectKey key = plant(1);
            byte[] content = Files.readAllBytes(store.path(key));
            QuarantineOrder.File order = orderOf(store, key);
            await().until(() -> {
                // The clock of a file system has ticks of some milliseconds.
                store.findFor(RUN, key, content.length, StoreUntilKilled.md5(content));
                return !orderOf(store, key).equals(order);
            });
            assertThat(store.orphans().move(order, RUN, (each, createdFor) -> false))
                    .isEqualTo(Result.CHANGED);
            assertThat(store.path(key)).hasBinaryContent(content);
        }
    }
}
