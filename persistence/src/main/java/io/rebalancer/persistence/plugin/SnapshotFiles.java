package io.rebalancer.persistence.plugin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores each snapshot in a file. The file gets its name only after its content was forced.
 *
 * <pre>
 * snapshots/SHA-256 OF THE ID/SEQUENCE-TIME.snap
 * magic "RBSN" 4 · CRC32C of the rest 4 · version 2 · id · sequence · time · serializer · manifest · metadata? · bytes
 * </pre>
 */
final class SnapshotFiles {
    private static final Logger LOGGER = LoggerFactory.getLogger(SnapshotFiles.class);
    private static final int CRC_AT = 4;
    private static final int CONTENT_AT = 8;
    private static final int MAGIC = 0x5242534E;
    private static final int VERSION = 2;
    private static final int INITIAL_BYTES = 4096;
    private static final String SUFFIX = ".snap";
    private static final String UNFINISHED_SUFFIX = ".part";

    private final Path directory;
    private final Payloads payloads;
    private final ToLongFunction<String> deletedTo;

    /** @param deletedTo the sequence number up to which the events of a persistence id are deleted */
    SnapshotFiles(Path directory, ActorSystem system, ToLongFunction<String> deletedTo) {
        this.directory = directory;
        this.deletedTo = deletedTo;
        this.payloads = new Payloads(system);
    }

    /** The snapshots beside the log of {@code extension}. */
    static SnapshotFiles of(LogExtension extension, ActorSystem system) {
        return new SnapshotFiles(
                extension.directory().resolve("snapshots"),
                system,
                id -> extension.log().deletedTo(id));
    }

    /** A snapshot's file, with what its name contains. */
    private record SnapshotFile(Path file, long sequenceNr, long timestamp) {
        boolean matches(SnapshotSelectionCriteria criteria) {
            return sequenceNr <= criteria.maxSequenceNr()
                    && timestamp <= criteria.maxTimestamp()
                    && sequenceNr >= criteria.minSequenceNr()
                    && timestamp >= criteria.minTimestamp();
        }
    }

    /** The bytes of a file differ from what was written. */
    private static final class DamagedSnapshotException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedSnapshotException(Path file) {
            super("snapshot " + file + " is damaged");
        }
    }

    /**
     * Loads the newest snapshot that matches. If it is damaged, the snapshot before it is used, or none at all, provided that
     * all events since then still exist.
     *
     * @throws IOException if a snapshot is damaged and some of those events are deleted, so that the state is lost
     */
    Optional<SelectedSnapshot> load(String persistenceId, SnapshotSelectionCriteria criteria) throws IOException {
        Optional<DamagedSnapshotException> damaged = Optional.empty();
        long deletedSequenceNr = deletedTo.applyAsLong(persistenceId);
        for (SnapshotFile snapshotFile : newestFirst(persistenceId, criteria)) {
            if (damaged.isPresent() && deletedSequenceNr > snapshotFile.sequenceNr()) {
                throw damaged.get();
            }
            try {
                return Optional.of(read(persistenceId, snapshotFile));
            } catch (DamagedSnapshotException e) {
                LOGGER.error("{}; trying an older snapshot and the events after it", e.getMessage());
                damaged = Optional.of(damaged.orElse(e));
            }
        }
        if (damaged.isPresent() && deletedSequenceNr > 0) {
            throw damaged.get();
        }
        return Optional.empty();
    }

    /** The numbers of the last events that the snapshots include, in descending order. */
    List<Long> sequenceNrs(String persistenceId) throws IOException {
        return newestFirst(persistenceId, SnapshotSelectionCriteria.latest()).stream()
                .map(SnapshotFile::sequenceNr)
                .distinct()
                .toList();
    }

    private List<SnapshotFile> newestFirst(String persistenceId, SnapshotSelectionCriteria criteria)
            throws IOException {
        Path idDirectory = directoryOf(persistenceId);
        if (!Files.isDirectory(idDirectory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(idDirectory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .map(SnapshotFiles::parseName)
                    .filter(snapshotFile -> snapshotFile.matches(criteria))
                    .sorted(Comparator.comparingLong(SnapshotFile::sequenceNr)
                            .thenComparingLong(SnapshotFile::timestamp)
                            .reversed())
                    .toList();
        }
    }

    private static SnapshotFile parseName(Path file) {
        String name = file.getFileName().toString();
        int dash = name.indexOf('-');
        return new SnapshotFile(
                file,
                Long.parseLong(name.substring(0, dash), 16),
                Long.parseLong(name.substring(dash + 1, name.length() - SUFFIX.length()), 16));
    }

    private SelectedSnapshot read(String persistenceId, SnapshotFile snapshotFile) throws IOException {
        byte[] bytes = Files.readAllBytes(snapshotFile.file());
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        boolean valid =
                bytes.length > CONTENT_AT && buffer.getInt() == MAGIC && buffer.getInt() == crc(bytes, CONTENT_AT);
        if (!valid) {
            throw new DamagedSnapshotException(snapshotFile.file());
        }
        ByteReader reader = new ByteReader(buffer);
        int version = reader.version();
        if (version != VERSION) {
            throw new IOException("snapshot " + snapshotFile.file() + " has format version " + version
                    + ", and this version reads only " + VERSION);
        }
        String id = reader.text();
        if (!id.equals(persistenceId)) {
            throw new IOException("snapshot " + snapshotFile.file() + " is of " + id + " and not of " + persistenceId);
        }
        SnapshotMetadata metadata = new SnapshotMetadata(id, reader.longNumber(), reader.longNumber());
        SnapshotMetadata full = reader.flag() ? metadata.withMetadata(payloads.read(reader)) : metadata;
        return new SelectedSnapshot(full, payloads.read(reader));
    }

    void save(SnapshotMetadata metadata, Object snapshot) throws IOException {
        ByteWriter writer = new ByteWriter(INITIAL_BYTES)
                .number(MAGIC)
                .number(0)
                .version(VERSION)
                .text(metadata.persistenceId())
                .number(metadata.sequenceNr())
                .number(metadata.timestamp())
                .flag(metadata.metadata().isDefined());
        if (metadata.metadata().isDefined()) {
            payloads.write(writer, metadata.metadata().get());
        }
        payloads.write(writer, snapshot);
        byte[] bytes = writer.toBytes();
        ByteBuffer.wrap(bytes).putInt(CRC_AT, crc(bytes, CONTENT_AT));
        Path idDirectory = directoryOf(metadata.persistenceId());
        boolean isNewDirectory = !Files.isDirectory(idDirectory);
        Files.createDirectories(idDirectory);
        if (isNewDirectory) {
            force(directory);
        }
        String name = String.format("%016x-%016x", metadata.sequenceNr(), metadata.timestamp());
        Path unfinished = idDirectory.resolve(name + UNFINISHED_SUFFIX);
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer content = ByteBuffer.wrap(bytes);
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        Files.move(unfinished, idDirectory.resolve(name + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
        force(idDirectory);
    }

    void delete(SnapshotMetadata metadata) throws IOException {
        long timestamp = metadata.timestamp();
        SnapshotSelectionCriteria exactly = new SnapshotSelectionCriteria(
                metadata.sequenceNr(), timestamp == 0 ? Long.MAX_VALUE : timestamp, metadata.sequenceNr(), timestamp);
        delete(metadata.persistenceId(), exactly);
    }

    void delete(String persistenceId, SnapshotSelectionCriteria criteria) throws IOException {
        List<SnapshotFile> snapshots = newestFirst(persistenceId, criteria);
        for (SnapshotFile each : snapshots) {
            Files.deleteIfExists(each.file());
        }
        if (!snapshots.isEmpty()) {
            force(directoryOf(persistenceId));
        }
    }

    private Path directoryOf(String persistenceId) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(persistenceId.getBytes(StandardCharsets.UTF_8));
            return directory.resolve(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static int crc(byte[] bytes, int from) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, bytes.length - from);
        return (int) crc.getValue();
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
