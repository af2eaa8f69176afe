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
 * Snapshots as files. A name appears only when its content is forced.
 *
 * <pre>
 * snapshots/SHA-256 OF THE ID/SEQUENCE-TIME.snap
 * magic "RBSN" 4 · CRC32C of what follows 4 · version 2 · id · sequence · time · serializer · manifest · metadata? · bytes
 * </pre>
 */
final class SnapshotFiles {
    private static final Logger LOGGER = LoggerFactory.getLogger(SnapshotFiles.class);
    private static final int MAGIC = 0x5242534E;
    private static final int VERSION = 2;
    private static final int USUAL_BYTES = 4096;
    private static final String SUFFIX = ".snap";
    private static final String PART = ".part";

    private final Path directory;
    private final Payloads payloads;
    private final ToLongFunction<String> deletedTo;

    /** @param deletedTo up to where the events of a persistence id are deleted */
    SnapshotFiles(Path directory, ActorSystem system, ToLongFunction<String> deletedTo) {
        this.directory = directory;
        this.deletedTo = deletedTo;
        this.payloads = new Payloads(system);
    }

    /** A snapshot's file by its name. */
    private record Named(Path file, long sequenceNr, long timestamp) {
        boolean matches(SnapshotSelectionCriteria criteria) {
            return sequenceNr <= criteria.maxSequenceNr()
                    && timestamp <= criteria.maxTimestamp()
                    && sequenceNr >= criteria.minSequenceNr()
                    && timestamp >= criteria.minTimestamp();
        }
    }

    /** A file whose bytes are not what was written. */
    private static final class Damaged extends IOException {
        private static final long serialVersionUID = 1L;

        Damaged(Path file) {
            super("snapshot " + file + " is damaged");
        }
    }

    /**
     * The newest snapshot that matches. In place of a damaged one an older one will do, or none, if all events after it
     * are still there.
     *
     * @throws IOException if events are missing without the damaged one: a state would be made up
     */
    Optional<SelectedSnapshot> load(String persistenceId, SnapshotSelectionCriteria criteria) throws IOException {
        Optional<Damaged> damaged = Optional.empty();
        long gone = deletedTo.applyAsLong(persistenceId);
        for (Named named : newestFirst(persistenceId, criteria)) {
            if (damaged.isPresent() && gone > named.sequenceNr()) {
                throw damaged.get();
            }
            try {
                return Optional.of(read(persistenceId, named));
            } catch (Damaged e) {
                LOGGER.error("{}; an older one is taken, with the events since then", e.getMessage());
                damaged = Optional.of(damaged.orElse(e));
            }
        }
        if (damaged.isPresent() && gone > 0) {
            throw damaged.get();
        }
        return Optional.empty();
    }

    private List<Named> newestFirst(String persistenceId, SnapshotSelectionCriteria criteria) throws IOException {
        Path folder = folder(persistenceId);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .map(SnapshotFiles::named)
                    .filter(named -> named.matches(criteria))
                    .sorted(Comparator.comparingLong(Named::sequenceNr)
                            .thenComparingLong(Named::timestamp)
                            .reversed())
                    .toList();
        }
    }

    private static Named named(Path file) {
        String name = file.getFileName().toString();
        int dash = name.indexOf('-');
        return new Named(
                file,
                Long.parseLong(name.substring(0, dash), 16),
                Long.parseLong(name.substring(dash + 1, name.length() - SUFFIX.length()), 16));
    }

    private SelectedSnapshot read(String persistenceId, Named named) throws IOException {
        byte[] all = Files.readAllBytes(named.file());
        ByteBuffer head = ByteBuffer.wrap(all);
        boolean whole = all.length > 8 && head.getInt() == MAGIC && head.getInt() == crc(all, 8);
        if (!whole) {
            throw new Damaged(named.file());
        }
        ByteReader in = new ByteReader(head);
        int version = in.version();
        if (version != VERSION) {
            throw new IOException(
                    "snapshot " + named.file() + " has version " + version + "; this one knows " + VERSION);
        }
        String id = in.text();
        if (!id.equals(persistenceId)) {
            throw new IOException("snapshot " + named.file() + " is of " + id + ", not of " + persistenceId);
        }
        SnapshotMetadata metadata = new SnapshotMetadata(id, in.longNumber(), in.longNumber());
        SnapshotMetadata full = in.flag() ? metadata.withMetadata(payloads.read(in)) : metadata;
        return new SelectedSnapshot(full, payloads.read(in));
    }

    void save(SnapshotMetadata metadata, Object snapshot) throws IOException {
        ByteWriter out = new ByteWriter(USUAL_BYTES)
                .number(MAGIC)
                .number(0)
                .version(VERSION)
                .text(metadata.persistenceId())
                .number(metadata.sequenceNr())
                .number(metadata.timestamp())
                .flag(metadata.metadata().isDefined());
        if (metadata.metadata().isDefined()) {
            payloads.write(out, metadata.metadata().get());
        }
        payloads.write(out, snapshot);
        byte[] all = out.toBytes();
        ByteBuffer.wrap(all).putInt(4, crc(all, 8));
        Path folder = folder(metadata.persistenceId());
        boolean fresh = !Files.isDirectory(folder);
        Files.createDirectories(folder);
        if (fresh) {
            force(directory);
        }
        String name = String.format("%016x-%016x", metadata.sequenceNr(), metadata.timestamp());
        Path part = folder.resolve(name + PART);
        try (FileChannel channel = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer content = ByteBuffer.wrap(all);
            while (content.hasRemaining()) {
                channel.write(content);
            }
            channel.force(true);
        }
        Files.move(part, folder.resolve(name + SUFFIX), StandardCopyOption.ATOMIC_MOVE);
        force(folder);
    }

    void delete(SnapshotMetadata metadata) throws IOException {
        long time = metadata.timestamp();
        SnapshotSelectionCriteria exactly = new SnapshotSelectionCriteria(
                metadata.sequenceNr(), time == 0 ? Long.MAX_VALUE : time, metadata.sequenceNr(), time);
        delete(metadata.persistenceId(), exactly);
    }

    void delete(String persistenceId, SnapshotSelectionCriteria criteria) throws IOException {
        List<Named> named = newestFirst(persistenceId, criteria);
        for (Named each : named) {
            Files.deleteIfExists(each.file());
        }
        if (!named.isEmpty()) {
            force(folder(persistenceId));
        }
    }

    private Path folder(String persistenceId) {
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
