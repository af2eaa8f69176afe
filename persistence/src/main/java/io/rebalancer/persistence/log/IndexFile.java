package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.GrowingIndex.Places;
import io.rebalancer.persistence.log.LogDisk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Index of a finished segment, as a file beside it; 24 bytes for a persistence id are in memory, the rest is read when
 * asked for. A file that is missing, damaged or of something else is made anew from the segment.
 *
 * <pre>
 *   0  magic "RBLOGIDX"    8
 *   8  format              4   1
 *  12  epoch               4   of the segment
 *  16  log id             16
 *  32  segment             8
 *  40  end of the segment  8   and its end frame 8, and its end offset 8
 *  64  facts 4 · ids 4 · marks 4 · bytes up to the places 4
 *  80  facts: frames that hold no events, as they are in the segment
 *      ids, ascending: id 8 · last sequence number 8 · frames 4 · where its places begin 4
 *      marks: offset 8 · position 4
 *      places, by id: first sequence number 8 · position 4
 * end  CRC32C              4   of all before it
 * </pre>
 */
final class IndexFile implements SegmentIndex, AutoCloseable {
    private static final byte[] MAGIC = "RBLOGIDX".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 80;
    private static final int ID_BYTES = 24;
    private static final int MARK_BYTES = 12;
    private static final int PLACE_BYTES = 12;
    private static final int READ_BYTES = 1 << 20;
    private static final String SUFFIX = ".idx";
    private static final String PART = ".part";

    private final LogFile file;
    private final Head head;
    private final long[] ids;
    private final long[] lasts;
    private final int[] frames;
    private final int[] places;
    private final long[] markOffsets;
    private final int[] markPositions;

    /** What the first bytes say. */
    private record Head(
            int epoch,
            UUID logId,
            long segment,
            long end,
            long endFrame,
            long endOffset,
            int facts,
            int ids,
            int marks,
            int headBytes) {}

    private IndexFile(LogFile file, Head head, ByteBuffer tables) {
        this.file = file;
        this.head = head;
        ids = new long[head.ids()];
        lasts = new long[head.ids()];
        frames = new int[head.ids()];
        places = new int[head.ids()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = tables.getLong();
            lasts[i] = tables.getLong();
            frames[i] = tables.getInt();
            places[i] = tables.getInt();
        }
        markOffsets = new long[head.marks()];
        markPositions = new int[head.marks()];
        for (int i = 0; i < markOffsets.length; i++) {
            markOffsets[i] = tables.getLong();
            markPositions[i] = tables.getInt();
        }
    }

    static String name(long segment) {
        return String.format("%016x%s", segment, SUFFIX);
    }

    static boolean isIndex(String name) {
        return name.endsWith(SUFFIX) || name.endsWith(SUFFIX + PART);
    }

    /** Bytes of the segment that hold frames. */
    long end() {
        return head.end();
    }

    /** Number of the frame after the last one of the segment. */
    long endFrame() {
        return head.endFrame();
    }

    /** Number of the event after the last one of the segment. */
    long endOffset() {
        return head.endOffset();
    }

    /** Stores the index of a finished segment, durably, and opens it. */
    static IndexFile write(LogDisk disk, Segment segment, GrowingIndex index) throws IOException {
        String name = name(segment.header().number());
        String part = name + PART;
        if (disk.list().contains(part)) {
            disk.delete(part);
        }
        try (LogFile file = disk.create(part)) {
            write(new CheckedOutput(file), segment, index);
        }
        disk.rename(part, name);
        disk.forceDirectory();
        return open(disk, segment)
                .orElseThrow(() -> new IOException("index " + name + " in " + disk.where() + " does not read back"));
    }

    private static void write(CheckedOutput out, Segment segment, GrowingIndex index) throws IOException {
        List<Frame> facts = index.facts();
        int factBytes = 0;
        for (Frame fact : facts) {
            factBytes += (int) FrameFormat.length(fact.parts());
        }
        long[] ids = index.ids();
        long[] markOffsets = index.markOffsets();
        int[] markPositions = index.markPositions();
        int headBytes = HEADER_BYTES + factBytes + ids.length * ID_BYTES + markOffsets.length * MARK_BYTES;
        Segment.Header header = segment.header();
        out.room(HEADER_BYTES)
                .put(MAGIC)
                .putInt(FORMAT)
                .putInt(header.epoch())
                .putLong(header.logId().getMostSignificantBits())
                .putLong(header.logId().getLeastSignificantBits())
                .putLong(header.number())
                .putLong(segment.end())
                .putLong(segment.endFrame())
                .putLong(segment.endOffset())
                .putInt(facts.size())
                .putInt(ids.length)
                .putInt(markOffsets.length)
                .putInt(headBytes);
        CRC32C crc = new CRC32C();
        for (Frame fact : facts) {
            int length = (int) FrameFormat.length(fact.parts());
            FrameFormat.encode(fact, length, header.epoch(), out.room(length), crc);
        }
        int at = headBytes;
        for (long id : ids) {
            Places known = index.places(id);
            int count = known.positions().length;
            out.room(ID_BYTES).putLong(id).putLong(known.last()).putInt(count).putInt(at);
            at += count * PLACE_BYTES;
        }
        for (int i = 0; i < markOffsets.length; i++) {
            out.room(MARK_BYTES).putLong(markOffsets[i]).putInt(markPositions[i]);
        }
        for (long id : ids) {
            Places known = index.places(id);
            long[] firsts = known.firstSequenceNrs();
            int[] positions = known.positions();
            for (int i = 0; i < positions.length; i++) {
                out.room(PLACE_BYTES).putLong(firsts[i]).putInt(positions[i]);
            }
        }
        out.end();
    }

    /** Opens the index of a segment, or empty if there is none that can be trusted. */
    static Optional<IndexFile> open(LogDisk disk, Segment segment) throws IOException {
        String name = name(segment.header().number());
        if (!disk.list().contains(name)) {
            return Optional.empty();
        }
        LogFile file = disk.open(name);
        Optional<IndexFile> index = open(file, segment.header());
        if (index.isEmpty()) {
            file.close();
        }
        return index;
    }

    private static Optional<IndexFile> open(LogFile file, Segment.Header segment) throws IOException {
        long size = file.size();
        ByteBuffer first = ByteBuffer.allocate(HEADER_BYTES);
        if (size < HEADER_BYTES + Integer.BYTES || file.read(first, 0) < HEADER_BYTES || !whole(file, size)) {
            return Optional.empty();
        }
        byte[] magic = new byte[MAGIC.length];
        first.flip().get(magic);
        if (!Arrays.equals(magic, MAGIC) || first.getInt() != FORMAT) {
            return Optional.empty();
        }
        Head head = new Head(
                first.getInt(),
                new UUID(first.getLong(), first.getLong()),
                first.getLong(),
                first.getLong(),
                first.getLong(),
                first.getLong(),
                first.getInt(),
                first.getInt(),
                first.getInt(),
                first.getInt());
        if (head.epoch() != segment.epoch()
                || !head.logId().equals(segment.logId())
                || head.segment() != segment.number()) {
            return Optional.empty();
        }
        int tablesAt = head.headBytes() - head.ids() * ID_BYTES - head.marks() * MARK_BYTES;
        ByteBuffer tables = ByteBuffer.allocate(head.headBytes() - tablesAt);
        file.read(tables, tablesAt);
        return Optional.of(new IndexFile(file, head, tables.flip()));
    }

    private static boolean whole(LogFile file, long size) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(READ_BYTES, size));
        long end = size - Integer.BYTES;
        for (long at = 0; at < end; at += bytes.limit()) {
            bytes.clear().limit((int) Math.min(bytes.capacity(), end - at));
            if (file.read(bytes, at) < bytes.limit()) {
                return false;
            }
            crc.update(bytes.flip());
        }
        ByteBuffer stored = ByteBuffer.allocate(Integer.BYTES);
        return file.read(stored, end) == Integer.BYTES && stored.getInt(0) == (int) crc.getValue();
    }

    @Override
    public int[] positions(long id, long from, long to, int most) throws IOException {
        int at = Arrays.binarySearch(ids, id);
        if (at < 0 || from > lasts[at]) {
            return new int[0];
        }
        int first = firstPlace(at, from);
        int count = Math.min(most, frames[at] - first);
        ByteBuffer stored = ByteBuffer.allocate(count * PLACE_BYTES);
        read(stored, places[at] + (long) first * PLACE_BYTES);
        int[] positions = new int[count];
        int found = 0;
        while (found < count && stored.getLong() <= to) {
            positions[found++] = stored.getInt();
        }
        return Arrays.copyOf(positions, found);
    }

    /** Which frame of an id may hold the event {@code from}: the last that begins with it or before it, or the first. */
    private int firstPlace(int at, long from) throws IOException {
        ByteBuffer stored = ByteBuffer.allocate(Long.BYTES);
        int low = 0;
        int high = frames[at] - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            read(stored.clear(), places[at] + (long) middle * PLACE_BYTES);
            if (stored.getLong() <= from) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private void read(ByteBuffer into, long position) throws IOException {
        int wanted = into.remaining();
        if (file.read(into, position) < wanted) {
            throw new IOException("the index of segment " + head.segment() + " was cut short");
        }
        into.flip();
    }

    @Override
    public int mark(long offset) {
        return GrowingIndex.mark(markOffsets, markPositions, markOffsets.length, offset);
    }

    @Override
    public long[] ids() {
        return ids.clone();
    }

    @Override
    public long highest(long id) {
        int at = Arrays.binarySearch(ids, id);
        return at < 0 ? 0 : lasts[at];
    }

    @Override
    public List<Frame> facts() throws IOException {
        int bytes = head.headBytes() - head.ids() * ID_BYTES - head.marks() * MARK_BYTES - HEADER_BYTES;
        ByteBuffer stored = ByteBuffer.allocate(bytes);
        file.read(stored, HEADER_BYTES);
        stored.flip();
        List<Frame> facts = new ArrayList<>();
        for (int i = 0; i < head.facts(); i++) {
            int length = FrameFormat.lengthAt(stored, stored.remaining())
                    .orElseThrow(() -> new IOException("the index of segment " + head.segment() + " has no facts"));
            int end = stored.position() + length;
            facts.add(FrameFormat.decode(stored.duplicate().limit(end), head.epoch())
                    .orElseThrow(() -> new IOException("the index of segment " + head.segment() + " is damaged")));
            stored.position(end);
        }
        return facts;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Writes a file from its beginning to its end, with a checksum of all of it as its last bytes. */
    private static final class CheckedOutput {
        private static final int BYTES = 256 << 10;

        private final LogFile file;
        private final CRC32C crc = new CRC32C();
        private ByteBuffer buffer = ByteBuffer.allocate(BYTES);
        private long position;

        CheckedOutput(LogFile file) {
            this.file = file;
        }

        ByteBuffer room(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                write();
                if (buffer.capacity() < bytes) {
                    buffer = ByteBuffer.allocate(bytes);
                }
            }
            return buffer;
        }

        private void write() throws IOException {
            buffer.flip();
            crc.update(buffer.duplicate());
            int count = buffer.remaining();
            file.write(buffer, position);
            position += count;
            buffer.clear();
        }

        void end() throws IOException {
            write();
            buffer.putInt((int) crc.getValue());
            file.write(buffer.flip(), position);
            file.force();
        }
    }
}
