package io.rebalancer.persistence.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged snapshot never leads to a wrong state. */
class SnapshotFilesTest {
    private static final ActorTestKit KIT = ActorTestKit.create("snapshots");

    @TempDir
    private Path directory;

    private long deletedTo;

    @org.junit.jupiter.api.AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private SnapshotFiles files() {
        return new SnapshotFiles(directory, KIT.system().classicSystem(), id -> deletedTo);
    }

    private void save(long sequenceNr) throws IOException {
        files().save(new SnapshotMetadata("id", sequenceNr, 1000 + sequenceNr), "state at " + sequenceNr);
    }

    private Object load() throws IOException {
        return files().load("id", SnapshotSelectionCriteria.latest())
                .map(SelectedSnapshot::snapshot)
                .orElse("nothing");
    }

    private void damage(int newest) throws IOException {
        List<Path> snapshots;
        try (Stream<Path> all = Files.walk(directory)) {
            snapshots = all.filter(file -> file.toString().endsWith(".snap"))
                    .sorted()
                    .toList();
        }
        Path file = snapshots.get(snapshots.size() - 1 - newest);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
    }

    @AfterEach
    void noUnfinishedFileIsLeft() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            assertThat(all.filter(file -> file.toString().endsWith(".part"))).isEmpty();
        }
    }

    @Test
    void anOlderSnapshotReplacesADamagedOneIfTheEventsSinceThenExist() throws Exception {
        save(10);
        save(20);
        assertThat(load()).isEqualTo("state at 20");
        damage(0);
        deletedTo = 10;
        assertThat(load()).isEqualTo("state at 10");
        deletedTo = 11;
        assertThatThrownBy(this::load).isInstanceOf(IOException.class).hasMessageContaining("is damaged");
    }

    @Test
    void noSnapshotIsNeededIfAllEventsExist() throws Exception {
        save(10);
        damage(0);
        assertThat(load()).isEqualTo("nothing");
        deletedTo = 1;
        assertThatThrownBy(this::load).hasMessageContaining("is damaged");
    }

    @Test
    void aSnapshotOfAnotherIdIsRejected() throws Exception {
        save(10);
        try (Stream<Path> all = Files.list(directory)) {
            Path idDirectory = all.toList().get(0);
            files().save(new SnapshotMetadata("other", 1, 1), "not mine");
            try (Stream<Path> others = Files.list(directory)) {
                Path other = others.filter(each -> !each.equals(idDirectory))
                        .findFirst()
                        .orElseThrow();
                try (Stream<Path> files = Files.list(other)) {
                    Path file = files.toList().get(0);
                    Files.copy(file, idDirectory.resolve("00000000000000ff-0000000000000001.snap"));
                }
            }
        }
        assertThatThrownBy(this::load).hasMessageContaining("is of other");
    }
}
