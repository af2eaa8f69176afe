package io.rebalancer.persistence.plugin;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;

/**
 * Snapshots as files. A name appears only when its content is forced; what can't be read whole is passed over for the
 * next older one, since the events from there on are still in the log until somebody deletes them.
 *
 * <pre>
 * snapshots/SHA-256 OF THE ID/SEQUENCE-TIME.snap
 * magic "RBSN" 4 · CRC32C of what follows 4 · version 1 · id · sequence · time · serializer · manifest · metadata? · bytes
 * </pre>
 */
final class SnapshotFiles {
    private static final int MAGIC = 0x5242534E;
    private static final int VERSION = 1;
    private static final String SUFFIX = ".snap";
    private static final String PART = ".part";

    private final Path directory;
    private final Serialization serialization;

    SnapshotFiles(Path directory, ActorSystem system) {
        this.directory = directory;
        this.serialization = SerializationExtension.get(system);
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

    Optional<SelectedSnapshot> load(String persistenceId, SnapshotSelectionCriteria criteria) throws IOException {
        List<IOException> faults = new ArrayList<>();
        for (Named named : newestFirst(persistenceId, criteria)) {
            try {
                return Optional.of(read(persistenceId, named));
            } catch (IOException e) {
                faults.add(e);
            }
        }
        if (!faults.isEmpty()) {
            throw faults.get(0);
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
            throw new IOException("snapshot " + named.file() + " is damaged");
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(all, 8, all.length - 8))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new IOException(
                        "snapshot " + named.file() + " has version " + version + "; this one knows " + VERSION);
            }
            String id = in.readUTF();
            if (!id.equals(persistenceId)) {
                throw new IOException("snapshot " + named.file() + " is of " + id + ", not of " + persistenceId);
            }
            SnapshotMetadata metadata = new SnapshotMetadata(id, in.readLong(), in.readLong());
            SnapshotMetadata full = in.readBoolean() ? metadata.withMetadata(value(in)) : metadata;
            return new SelectedSnapshot(full, value(in));
        }
    }

    void save(SnapshotMetadata metadata, Object snapshot) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(0);
            out.writeByte(VERSION);
            out.writeUTF(metadata.persistenceId());
            out.writeLong(metadata.sequenceNr());
            out.writeLong(metadata.timestamp());
            out.writeBoolean(metadata.metadata().isDefined());
            if (metadata.metadata().isDefined()) {
                write(out, metadata.metadata().get());
            }
            write(out, snapshot);
        }
        byte[] all = bytes.toByteArray();
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

    private void write(DataOutputStream out, Object value) throws IOException {
        Serializer serializer = serialization.findSerializerFor(value);
        byte[] bytes = serialization.serialize(value).get();
        out.writeInt(serializer.identifier());
        out.writeUTF(Serializers.manifestFor(serializer, value));
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private Object value(DataInputStream in) throws IOException {
        int serializerId = in.readInt();
        String manifest = in.readUTF();
        byte[] bytes = in.readNBytes(in.readInt());
        return serialization.deserialize(bytes, serializerId, manifest).get();
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
