package io.rebalancer.agent.inventory;

import io.rebalancer.agent.store.TouchedKeys.Touched;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.Unmanaged;
import io.rebalancer.core.reconcile.RunToken;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What is known of a finished inventory beside its records; stored in a separate file, so that the inventory survives a restart
 * of the agent.
 *
 * @param token the run that it is for
 * @param rootId identity of the object root
 * @param begunAt when the listing began
 * @param touched the objects that got or lost a file while the files were listed
 * @param records number of records
 * @param checksum of the file of the records
 */
record StoredInventory(
        RunToken token,
        String rootId,
        Instant begunAt,
        Coverage coverage,
        Touched touched,
        long records,
        int checksum) {
    private static final byte VERSION = 1;

    StoredInventory with(RunToken other) {
        return new StoredInventory(other, rootId, begunAt, coverage, touched, records, checksum);
    }

    /** The content of the file, with a checksum at its end. */
    byte[] encode() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            write(out, token.runId());
            out.writeLong(token.number());
            out.writeLong(token.epoch());
            out.writeUTF(rootId);
            out.writeLong(begunAt.toEpochMilli());
            write(out, coverage);
            out.writeBoolean(touched.all());
            out.writeInt(touched.keys().size());
            for (CopyKey key : touched.keys()) {
                write(out, key);
            }
            out.writeLong(records);
            out.writeInt(checksum);
            out.writeInt(crc(bytes.toByteArray()));
        }
        return bytes.toByteArray();
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static void write(DataOutputStream out, UUID id) throws IOException {
        out.writeLong(id.getMostSignificantBits());
        out.writeLong(id.getLeastSignificantBits());
    }

    private static void write(DataOutputStream out, CopyKey key) throws IOException {
        write(out, key.owner());
        write(out, key.objectId());
    }

    private static void write(DataOutputStream out, Coverage coverage) throws IOException {
        out.writeLong(coverage.files());
        out.writeLong(coverage.bytes());
        out.writeInt(coverage.unmanaged().size());
        for (Map.Entry<Unmanaged, Long> each : coverage.unmanaged().entrySet()) {
            out.writeUTF(each.getKey().name());
            out.writeLong(each.getValue());
        }
        out.writeInt(coverage.unlisted().size());
        for (KeyRange range : coverage.unlisted()) {
            out.writeBoolean(range.after().isPresent());
            write(out, range.after().orElse(CopyKey.FIRST));
            write(out, range.upTo());
        }
        out.writeLong(coverage.faults());
        out.writeInt(coverage.faultSample().size());
        for (String fault : coverage.faultSample()) {
            out.writeUTF(fault);
        }
    }

    /** @throws IOException if the content is damaged or of a later build */
    static StoredInventory decode(byte[] content) throws IOException {
        int length = content.length - Integer.BYTES;
        if (length < 1
                || crc(Arrays.copyOf(content, length))
                        != ByteBuffer.wrap(content).getInt(length)) {
            throw new IOException("the description of an inventory is damaged");
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(content))) {
            if (in.readByte() != VERSION) {
                throw new IOException("the description of an inventory is of a later build");
            }
            RunToken token = new RunToken(id(in), in.readLong(), in.readLong());
            String rootId = in.readUTF();
            Instant begunAt = Instant.ofEpochMilli(in.readLong());
            Coverage coverage = coverage(in);
            boolean all = in.readBoolean();
            Set<CopyKey> keys = new HashSet<>();
            for (int left = in.readInt(); left > 0; left--) {
                keys.add(key(in));
            }
            return new StoredInventory(
                    token, rootId, begunAt, coverage, new Touched(all, keys), in.readLong(), in.readInt());
        }
    }

    private static UUID id(DataInputStream in) throws IOException {
        return new UUID(in.readLong(), in.readLong());
    }

    private static CopyKey key(DataInputStream in) throws IOException {
        return new CopyKey(id(in), id(in));
    }

    private static Coverage coverage(DataInputStream in) throws IOException {
        long files = in.readLong();
        long bytes = in.readLong();
        Map<Unmanaged, Long> unmanaged = new EnumMap<>(Unmanaged.class);
        for (int left = in.readInt(); left > 0; left--) {
            unmanaged.put(Unmanaged.valueOf(in.readUTF()), in.readLong());
        }
        List<KeyRange> unlisted = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            boolean hasStart = in.readBoolean();
            CopyKey after = key(in);
            unlisted.add(new KeyRange(hasStart ? Optional.of(after) : Optional.empty(), key(in)));
        }
        long faults = in.readLong();
        List<String> sample = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            sample.add(in.readUTF());
        }
        return new Coverage(files, bytes, unmanaged, unlisted, faults, sample);
    }
}
