package io.rebalancer.agent.inventory;

import io.rebalancer.agent.store.DurableFile;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proves that the object root is the one that this agent knows: its disk may not be mounted, or another one may be mounted in
 * its place. Without the proof, an empty directory would look like a node that lost all its files.
 *
 * <p>The file {@code root/.rebalancer/identity} names the storage node and has a random id of the root. The file {@code
 * data-dir/root-id} remembers that id. Both are created at the first start. An operator who has replaced the disk deletes
 * {@code data-dir/root-id} and starts the agent again: it then takes the present root for its own.
 */
public final class NodeSentinel {
    private static final Logger LOGGER = LoggerFactory.getLogger(NodeSentinel.class);
    private static final String VERSION = "1";
    private static final String ROOT_ID = "root-id";
    private static final String STORAGE_ID = "storage-id";

    private final Path root;
    private final Path agentDirectory;
    private final Path identityFile;
    private final Path rememberedFile;
    private final StorageNodeId node;

    /**
     * The result of a check.
     *
     * @param rootId id of the root; empty text if it is not known
     * @param problem what is wrong and what to do; empty if the root is the right one
     */
    public record Check(String rootId, Optional<String> problem) {}

    private record Identity(String storageId, String rootId) {}

    private NodeSentinel(Path root, Path dataDir, StorageNodeId node) {
        this.root = root;
        this.agentDirectory = root.resolve(".rebalancer");
        this.identityFile = agentDirectory.resolve("identity");
        this.rememberedFile = dataDir.resolve(ROOT_ID);
        this.node = node;
    }

    /**
     * Checks the root at the start of the agent, and creates what the first start creates. A wrong root is logged.
     *
     * @param root the object root; its directory {@code .rebalancer} exists
     * @param dataDir the agent's data directory, which exists
     */
    public static NodeSentinel open(Path root, Path dataDir, StorageNodeId node) {
        NodeSentinel sentinel = new NodeSentinel(root, dataDir, node);
        try {
            sentinel.createMissing();
        } catch (IOException e) {
            LOGGER.warn("agent={} can't identify its object root {}: {}", node, root, OneLine.of(e));
        }
        sentinel.check()
                .problem()
                .ifPresent(problem -> LOGGER.error("agent={} refuses reconciliation: {}", node, problem));
        return sentinel;
    }

    private void createMissing() throws IOException {
        if (remembered().isPresent()) {
            return;
        }
        Optional<Identity> identity = identity();
        if (identity.isEmpty()) {
            String rootId = UUID.randomUUID().toString();
            String text = "version=" + VERSION + "\n" + STORAGE_ID + "=" + node + "\n" + ROOT_ID + "=" + rootId
                    + "\ncreated=" + Instant.now() + "\n";
            // The root first: if the process ends in between, the next start finds an identity to remember.
            DurableFile.replace(identityFile, text.getBytes(StandardCharsets.UTF_8));
            identity = Optional.of(new Identity(node.text(), rootId));
            LOGGER.info("agent={} gave its object root {} the id {}", node, root, rootId);
        }
        if (identity.get().storageId().equals(node.text())) {
            String text =
                    "version=" + VERSION + "\n" + ROOT_ID + "=" + identity.get().rootId() + "\n";
            DurableFile.replace(rememberedFile, text.getBytes(StandardCharsets.UTF_8));
            LOGGER.info(
                    "agent={} remembers its object root {}: id={}",
                    node,
                    root,
                    identity.get().rootId());
        }
    }

    /** Reads both files again. */
    public Check check() {
        try {
            return check(remembered(), identity());
        } catch (IOException e) {
            return wrong("", "its identity can't be read (" + OneLine.of(e) + "); check that its disk works");
        }
    }

    private Check check(Optional<String> remembered, Optional<Identity> identity) {
        if (identity.isEmpty()) {
            return wrong(
                    "",
                    "the file " + identityFile
                            + " is missing. Check that its disk is mounted. If the disk was replaced,"
                            + " stop the agent, delete " + rememberedFile + ", and start it: the agent then takes the"
                            + " present disk for its own");
        }
        String rootId = identity.get().rootId();
        if (!identity.get().storageId().equals(node.text())) {
            return wrong(
                    rootId,
                    "it belongs to the storage node " + identity.get().storageId() + " according to " + identityFile
                            + ". Check which disk is mounted. If the disk was moved here for good, stop the agent,"
                            + " delete that file and " + rememberedFile + ", and start it");
        }
        if (!remembered.equals(Optional.of(rootId))) {
            return wrong(
                    rootId,
                    "it is the root " + rootId + " of this storage node, and not the root "
                            + remembered.orElse("that this agent remembers: it remembers none")
                            + ". Check which disk is mounted. If the disk was replaced, stop the agent, delete "
                            + rememberedFile + ", and start it");
        }
        return new Check(rootId, Optional.empty());
    }

    private Check wrong(String rootId, String why) {
        return new Check(rootId, Optional.of("the object root " + root + " is not the one of " + node + ": " + why));
    }

    private Optional<String> remembered() throws IOException {
        return properties(rememberedFile).map(lines -> lines.getProperty(ROOT_ID, ""));
    }

    private Optional<Identity> identity() throws IOException {
        // A directory that is missing is a root without an identity, and not one that can't be read.
        return Files.isDirectory(agentDirectory)
                ? properties(identityFile)
                        .map(lines -> new Identity(lines.getProperty(STORAGE_ID, ""), lines.getProperty(ROOT_ID, "")))
                : Optional.empty();
    }

    private static Optional<Properties> properties(Path file) throws IOException {
        Optional<byte[]> content = DurableFile.read(file);
        if (content.isEmpty()) {
            return Optional.empty();
        }
        Properties lines = new Properties();
        try {
            lines.load(new StringReader(new String(content.get(), StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged: " + OneLine.of(e), e);
        }
        if (!lines.getProperty("version", "").equals(VERSION)
                || lines.getProperty(ROOT_ID, "").isBlank()) {
            throw new IOException(file + " is damaged, or of a later build");
        }
        return Optional.of(lines);
    }
}
