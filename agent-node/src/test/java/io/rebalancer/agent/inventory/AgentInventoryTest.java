package io.rebalancer.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.settings.InventorySettings;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.InventoryStatus.State;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.reconcile.RunToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The life of an inventory: which run it is for, a wrong root, restarts, and damage. */
class AgentInventoryTest extends InventoryFixture {

    private List<String> files() throws Exception {
        try (Stream<Path> files = Files.list(dataDir.resolve("inventory"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private State state(long run) {
        return inventory.status(run(run).runId()).state();
    }

    @Test
    void aFinishedInventorySurvivesARestartAndIsReplacedByALaterRun() throws Exception {
        plant(copy(1), "x");
        InventoryStatus ready = listReady(run(1));
        List<InventoryEntry> entries = allEntries(run(1));
        Files.writeString(dataDir.resolve("inventory").resolve("run-left-by-a-crash"), "x");
        restart();
        InventoryStatus again = inventory.begin(run(1));
        assertThat(again.state()).isEqualTo(State.READY);
        assertThat(again.coverage()).isEqualTo(ready.coverage());
        assertThat(again.rootId()).isEqualTo(ready.rootId());
        assertThat(again.begunAt().toEpochMilli()).isEqualTo(ready.begunAt().toEpochMilli());
        assertThat(allEntries(run(1))).isEqualTo(entries);
        assertThat(files()).containsExactly(run(1).runId() + ".sorted", "current");
        listReady(run(2));
        assertThat(state(1)).isEqualTo(State.NONE);
        assertThat(files()).containsExactly(run(2).runId() + ".sorted", "current");
        inventory.drop(run(1).runId());
        assertThat(state(2)).isEqualTo(State.READY);
        inventory.drop(run(2).runId());
        assertThat(state(2)).isEqualTo(State.NONE);
        assertThat(files()).isEmpty();
    }

    @Test
    void aRunWithALowerTokenIsFencedAlsoAfterARestart() throws Exception {
        listReady(run(2));
        assertThatThrownBy(() -> inventory.begin(run(1))).isInstanceOf(FencedCommand.class);
        restart();
        assertThatThrownBy(() -> inventory.begin(run(1))).isInstanceOf(FencedCommand.class);
        RunToken sameNumber = new RunToken(new java.util.UUID(1, 1), 2, 1);
        assertThatThrownBy(() -> inventory.begin(sameNumber)).isInstanceOf(FencedCommand.class);
        assertThat(state(2)).isEqualTo(State.READY);
        RunToken later = new RunToken(run(2).runId(), 2, 5);
        assertThat(inventory.begin(later).state())
                .as("a later incarnation uses it")
                .isEqualTo(State.READY);
        assertThatThrownBy(() -> inventory.begin(run(2))).isInstanceOf(FencedCommand.class);
    }

    @Test
    void aWrongRootListsNothing() throws Exception {
        plant(copy(1), "x");
        Files.move(root.resolve(".rebalancer/identity"), temporary.resolve("identity"));
        InventoryStatus status = list(run(1));
        assertThat(status.state()).isEqualTo(State.WRONG_ROOT);
        assertThat(status.detail()).contains("identity is missing", "root-id");
        assertThat(status.coverage().files()).isZero();
        assertThat(root.resolve(".rebalancer/run-token"))
                .as("nothing is written to it")
                .doesNotExist();
        assertThatThrownBy(() -> allEntries(run(1))).isInstanceOf(InventoryNotReady.class);
        Files.move(temporary.resolve("identity"), root.resolve(".rebalancer/identity"));
        listReady(run(1));
    }

    @Test
    void aDiskThatIsUnmountedMeanwhileIsAWrongRoot() throws Exception {
        CopyKey key = plant(copy(1), "x");
        disk.beforeFacts.put(file(key), () -> {
            Files.move(root, temporary.resolve("unmounted"));
            Files.createDirectories(root.resolve(".rebalancer"));
        });
        InventoryStatus status = list(run(1));
        assertThat(status.state()).as(status.detail()).isEqualTo(State.WRONG_ROOT);
        assertThat(files()).isEmpty();
    }

    @Test
    void anIdentityThatChangesMeanwhileIsAWrongRoot() throws Exception {
        CopyKey key = plant(copy(1), "x");
        disk.beforeFacts.put(
                file(key),
                () -> Files.writeString(
                        root.resolve(".rebalancer/identity"), "version=1\nstorage-id=2.stor\nroot-id=a\n"));
        assertThat(list(run(1)).state()).isEqualTo(State.WRONG_ROOT);
    }

    @Test
    void aRootThatCannotBeListedFails() throws Exception {
        disk.beforeList.put(root, FaultyTree.fails());
        InventoryStatus status = list(run(1));
        assertThat(status.state()).isEqualTo(State.FAILED);
        assertThat(status.detail()).contains("Input/output error");
        disk.beforeList.clear();
        listReady(run(1));
    }

    @Test
    void aListingIsCancelledByALaterRunAndByTheEndOfTheProcess() throws Exception {
        for (int i = 0; i < 50; i++) {
            plant(copy(i), "x");
        }
        close();
        open(new InventorySettings(1 << 20, 1, 1));
        assertThat(inventory.begin(run(1)).state()).isEqualTo(State.LISTING);
        assertThat(inventory.begin(run(2)).state()).isEqualTo(State.LISTING);
        assertThat(state(1)).isEqualTo(State.NONE);
        inventory.drop(run(2).runId());
        inventory.begin(run(3));
        inventory.close();
        assertThat(state(3)).as("one file in a second needs a minute").isEqualTo(State.FAILED);
        assertThat(files()).isEmpty();
    }

    /** The manager of a run that was cancelled asks no more, and its order to drop the listing may be lost. */
    @Test
    void aListingThatNoManagerAsksForIsCancelled() throws Exception {
        for (int i = 0; i < 50; i++) {
            plant(copy(i), "x");
        }
        close();
        open(new InventorySettings(1 << 20, 1, 1));
        inventory.begin(run(1));
        for (int i = 0; i < 3; i++) {
            skippedNanos +=
                    AgentInventory.MAX_IDLE.toNanos() - Duration.ofMinutes(1).toNanos();
            assertThat(state(1)).isEqualTo(State.LISTING);
        }
        skippedNanos += AgentInventory.MAX_IDLE.toNanos();
        await().atMost(Duration.ofSeconds(60)).until(() -> !inventory.isListing(run(1).runId()));
        InventoryStatus status = inventory.status(run(1).runId());
        assertThat(status.state()).isEqualTo(State.FAILED);
        assertThat(status.detail()).contains("no manager asked for it for 5 min");
        assertThat(files()).isEmpty();
        assertThat(inventory.begin(run(1)).state())
                .as("the run may begin again")
                .isEqualTo(State.LISTING);
    }

    @Test
    void damageOfTheRecordsIsReportedAndTheRunBeginsAgain() throws Exception {
        plant(copy(1), "x");
        listReady(run(1));
        Path sorted = dataDir.resolve("inventory").resolve(run(1).runId() + ".sorted");
        byte[] bytes = Files.readAllBytes(sorted);
        bytes[40] ^= 1;
        Files.write(sorted, bytes);
        assertThatThrownBy(() -> reader.entries(run(1).runId(), KeyRange.ALL, 10))
                .isInstanceOf(java.io.IOException.class)
                .hasMessageContaining("damaged");
        assertThat(state(1)).isEqualTo(State.FAILED);
        listReady(run(1));
        assertThat(allEntries(run(1))).hasSize(1);
    }

    @Test
    void aDescriptionThatIsDamagedIsNotUsed() throws Exception {
        plant(copy(1), "x");
        listReady(run(1));
        Path current = dataDir.resolve("inventory").resolve("current");
        byte[] good = Files.readAllBytes(current);
        for (int at = 0; at < good.length; at += 3) {
            byte[] bytes = good.clone();
            bytes[at] ^= 4;
            assertThatThrownBy(() -> StoredInventory.decode(bytes)).isInstanceOf(java.io.IOException.class);
        }
        Files.write(current, new byte[3]);
        restart();
        assertThat(state(1)).isEqualTo(State.NONE);
        assertThat(files()).isEmpty();
    }
}
