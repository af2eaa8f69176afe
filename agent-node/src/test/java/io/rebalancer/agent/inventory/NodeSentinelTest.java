package io.rebalancer.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.StorageNodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeSentinelTest {
    private static final StorageNodeId NODE = new StorageNodeId("1.stor");

    @TempDir
    private Path temporary;

    private Path root;
    private Path dataDir;

    @BeforeEach
    void create() throws IOException {
        root = newRoot("root");
        dataDir = Files.createDirectory(temporary.resolve("data"));
    }

    private Path newRoot(String name) throws IOException {
        Path created = temporary.resolve(name);
        Files.createDirectories(created.resolve(".rebalancer"));
        return created;
    }

    private NodeSentinel.Check open(StorageNodeId node) {
        return NodeSentinel.open(root, dataDir, node).check();
    }

    @Test
    void theFirstStartGivesTheRootAnIdAndLaterStartsKnowIt() {
        NodeSentinel.Check first = open(NODE);
        assertThat(first.problem()).isEmpty();
        assertThat(first.rootId()).hasSize(36);
        assertThat(open(NODE)).isEqualTo(first);
        assertThat(root.resolve(".rebalancer/identity"))
                .content()
                .contains("storage-id=1.stor", first.rootId(), "created=");
    }

    @Test
    void anEmptyRootIsRefusedUntilTheOperatorAcceptsIt() throws IOException {
        NodeSentinel.Check first = open(NODE);
        root = newRoot("other");
        assertThat(open(NODE).problem())
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains("identity is missing", "is mounted", "delete " + dataDir.resolve("root-id")));
        assertThat(root.resolve(".rebalancer/identity")).doesNotExist();
        Files.delete(dataDir.resolve("root-id"));
        NodeSentinel.Check accepted = open(NODE);
        assertThat(accepted.problem()).isEmpty();
        assertThat(accepted.rootId()).isNotEqualTo(first.rootId());
        root = temporary.resolve("root");
        assertThat(open(NODE).problem())
                .hasValueSatisfying(
                        problem -> assertThat(problem).contains(first.rootId(), "not the root " + accepted.rootId()));
    }

    @Test
    void aRootWithoutItsDirectoryIsRefused() throws IOException {
        NodeSentinel sentinel = NodeSentinel.open(root, dataDir, NODE);
        Files.move(root, temporary.resolve("unmounted"));
        assertThat(sentinel.check().problem()).isPresent();
        Files.createDirectory(root);
        assertThat(sentinel.check().problem()).isPresent();
        Files.delete(root);
        Files.move(temporary.resolve("unmounted"), root);
        assertThat(sentinel.check().problem()).as("mounted again").isEmpty();
    }

    @Test
    void theRootOfAnotherNodeIsRefused() {
        open(new StorageNodeId("2.stor"));
        assertThat(open(NODE).problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains("belongs to the storage node 2.stor"));
    }

    @Test
    void theRootOfAnotherNodeIsNotRemembered() throws IOException {
        open(new StorageNodeId("2.stor"));
        Files.delete(dataDir.resolve("root-id"));
        assertThat(open(NODE).problem()).isPresent();
        assertThat(dataDir.resolve("root-id")).doesNotExist();
    }

    @Test
    void aLostDataDirectoryLearnsTheIdAgain() throws IOException {
        NodeSentinel.Check first = open(NODE);
        Files.delete(dataDir.resolve("root-id"));
        assertThat(open(NODE)).isEqualTo(first);
        assertThat(dataDir.resolve("root-id")).exists();
    }

    @Test
    void damagedFilesAreRefused() throws IOException {
        open(NODE);
        String good = Files.readString(root.resolve(".rebalancer/identity"));
        for (String damaged :
                new String[] {"", "version=2\nroot-id=x\nstorage-id=1.stor\n", "\\uXXXX", "version=1\n"}) {
            Files.writeString(root.resolve(".rebalancer/identity"), damaged);
            assertThat(open(NODE).problem()).as(damaged).isPresent();
            assertThat(root.resolve(".rebalancer/identity"))
                    .as("it is not replaced")
                    .hasContent(damaged);
        }
        Files.writeString(root.resolve(".rebalancer/identity"), good);
        assertThat(open(NODE).problem()).isEmpty();
        Files.writeString(dataDir.resolve("root-id"), "");
        assertThat(open(NODE).problem()).isPresent();
    }
}
