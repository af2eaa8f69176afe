package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.GrowingIndex.FrameLocations;
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
 * The stored index of a finished segment, in a file beside it. Only 24 bytes for each persistence id are kept in memory;
 * the rest is read on demand. An index that is missing, damaged or of another segment is rebuilt from the segment.
 *
 * <pre>
 *   0  magic "RBLOGIDX"    8
 *   8  format              4   1; 2 for the index of a compacted segment
 *  12  epoch               4   of the segment
 *  16  log id             16
 *  32  segment             8
 *  40  end of the segment  8   then its end frame 8 and its end offset 8
 *  64  control frames 4 · ids 4 · marks 4 · bytes before the locations 4
 *  80  only in format 2: id of the compaction 16
 *      control frames: the frames without events, as they are in the segment
 *      ids, ascending: id 8 · last sequence number 8 · frames 4 · position of its locations 4
 *      marks: offset 8 · position 4
 *      locations, by id: first sequence number 8 · position 4
 * end  CRC32C              4   of everything before it
 * </pre>
 */
final class IndexFile implements SegmentIndex, AutoCloseable {
    private static final byte[] MAGIC = "RBLOGIDX".getBytes(StandardCharsets.US_ASCII);
    private static final int FORMAT = 1;
    private static final int COMPACTED_FORMAT = 2;
    private static final int HEADER_BYTES = 80;
    private static final int COMPACTION_ID_BYTES = 16;
    private static final int ID_BYTES = 24;
    private static final int MARK_BYTES = 12;
    private static final int LOCATION_BYTES = 12;
    private static final int CHECK_BUFFER_BYTES = 1 << 20;
    private static final String SUFFIX = ".idx";
    private static final String UNFINISHED_SUFFIX = ".part";

    private final LogFile file;
    private final IndexHeader header;
    private final long[] ids;
    private final long[] lastSequenceNrs;
    private final int[] frameCounts;
    private final int[] locationPositions;
    private final long[] markOffsets;
    private final int[] markPositions;

    /** What is before the control frames. */
    private record IndexHeader(
            Optional<UUID> compactionId,
            int epoch,
            UUID logId,
            long segment,
            long endPosition,
            long endFrame,
            long endOffset,
            int controlFrames,
            int ids,
            int marks,
            int bytesBeforeLocations) {

        int controlFramesPosition() {
            return headerBytes(compactionId.isPresent());
        }

        int tablesPosition() {
            return bytesBeforeLocations - ids * ID_BYTES - marks * MARK_BYTES;
        }
    }

    private static int headerBytes(boolean compacted) {
        return HEADER_BYTES + (compacted ? COMPACTION_ID_BYTES : 0);
    }

    private IndexFile(LogFile file, IndexHeader header, ByteBuffer tables) {
        this.file = file;
        this.header = header;
        ids = new long[header.ids()];
        lastSequenceNrs = new long[header.ids()];
        frameCounts = new int[header.ids()];
        locationPositions = new int[header.ids()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = tables.getLong();
            lastSequenceNrs[i] = tables.getLong();
            frameCounts[i] = tables.getInt();
            locationPositions[i] = tables.getInt();
        }
        markOffsets = new long[header.marks()];
        markPositions = new int[header.marks()];
        for (int i = 0; i < markOffsets.length; i++) {
            markOffsets[i] = tables.getLong();
            markPositions[i] = tables.getInt();
        }
    }

    static String name(long segment) {
        return String.format("%016x%s", segment, SUFFIX);
    }

    /** The name of the file until it is complete. */
    static String unfinishedName(long segment) {
        return name(segment) + UNFINISHED_SUFFIX;
    }

    static boolean isIndex(String name) {
        return name.endsWith(SUFFIX) || name.endsWith(SUFFIX + UNFINISHED_SUFFIX);
    }

    /** Position after the last frame of the segment. */
    long endPosition() {
        return header.endPosition();
    }

    /** Number of the frame after the last one of the segment. */
    long endFrame() {
        return header.endFrame();
    }

    /** Offset after the last event of the segment. */
    long endOffset() {
        return header.endOffset();
    }

    /** Number of bytes that the frames without events take, here as in the segment. */
    int controlBytes() {
        return header.tablesPosition() - header.controlFramesPosition();
    }

    /** Number of frames with events. */
    long eventFrames() {
        long frames = 0;
        for (int count : frameCounts) {
            frames += count;
        }
        return frames;
    }

    /** Number of frames of a persistence id that hold events from {@code from} on. */
    int framesFrom(long id, long from) throws IOException {
        int idIndex = Arrays.binarySearch(ids, id);
        if (idIndex < 0 || from > lastSequenceNrs[idIndex]) {
            return 0;
        }
        return frameCounts[idIndex] - (from <= 1 ? 0 : firstFrame(idIndex, from));
    }

    /** Writes and forces the index of a finished segment, then opens it. */
    static IndexFile write(LogDisk disk, Segment segment, GrowingIndex index) throws IOException {
        String name = name(segment.header().number());
        String unfinishedName = unfinishedName(segment.header().number());
        if (disk.list().contains(unfinishedName)) {
            disk.delete(unfinishedName);
        }
        try (LogFile file = disk.create(unfinishedName)) {
            write(new CheckedOutput(file), segment, index);
        }
        disk.rename(unfinishedName, name);
        disk.forceDirectory();
        return open(disk, segment)
                .orElseThrow(() -> new IOException(
                        "index " + name + " in " + disk.location() + " is not readable after it was written"));
    }

    private static void write(CheckedOutput output, Segment segment, GrowingIndex index) throws IOException {
        List<Frame> controlFrames = index.controlFrames();
        int controlFrameBytes = 0;
        for (Frame frame : controlFrames) {
            controlFrameBytes += (int) FrameFormat.length(frame.parts());
        }
        long[] ids = index.ids();
        long[] markOffsets = index.markOffsets();
        int[] markPositions = index.markPositions();
        Segment.Header header = segment.header();
        int headerBytes = headerBytes(header.compaction().isPresent());
        int bytesBeforeLocations =
                headerBytes + controlFrameBytes + ids.length * ID_BYTES + markOffsets.length * MARK_BYTES;
        ByteBuffer target = output.reserve(headerBytes);
        target.put(MAGIC)
                .putInt(header.compaction().isPresent() ? COMPACTED_FORMAT : FORMAT)
                .putInt(header.epoch())
                .putLong(header.logId().getMostSignificantBits())
                .putLong(header.logId().getLeastSignificantBits())
                .putLong(header.number())
                .putLong(segment.endPosition())
                .putLong(segment.endFrame())
                .putLong(segment.endOffset())
                .putInt(controlFrames.size())
                .putInt(ids.length)
                .putInt(markOffsets.length)
                .putInt(bytesBeforeLocations);
        header.compaction()
                .ifPresent(compaction -> target.putLong(compaction.id().getMostSignificantBits())
                        .putLong(compaction.id().getLeastSignificantBits()));
        CRC32C crc = new CRC32C();
        for (Frame frame : controlFrames) {
            int length = (int) FrameFormat.length(frame.parts());
            FrameFormat.encode(frame, length, header.epoch(), output.reserve(length), crc);
        }
        int locationsPosition = bytesBeforeLocations;
        for (long id : ids) {
            FrameLocations locations = index.locations(id);
            int count = locations.positions().length;
            output.reserve(ID_BYTES)
                    .putLong(id)
                    .putLong(locations.lastSequenceNr())
                    .putInt(count)
                    .putInt(locationsPosition);
            locationsPosition += count * LOCATION_BYTES;
        }
        for (int i = 0; i < markOffsets.length; i++) {
            output.reserve(MARK_BYTES).putLong(markOffsets[i]).putInt(markPositions[i]);
        }
        for (long id : ids) {
            FrameLocations locations = index.locations(id);
            long[] firstSequenceNrs = locations.firstSequenceNrs();
            int[] positions = locations.positions();
            for (int i = 0; i < positions.length; i++) {
                output.reserve(LOCATION_BYTES).putLong(firstSequenceNrs[i]).putInt(positions[i]);
            }
        }
        output.finish();
    }

    /** Opens the index of a segment. Empty if there is none, or if it is damaged or belongs to another segment. */
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
        int headerSize = headerBytes(segment.compaction().isPresent());
        ByteBuffer headerBytes = ByteBuffer.allocate(headerSize);
        if (size < headerSize + Integer.BYTES
                || file.read(headerBytes, 0) < headerSize
                || !hasValidChecksum(file, size)) {
            return Optional.empty();
        }
        byte[] magic = new byte[MAGIC.length];
        headerBytes.flip().get(magic);
        int format = segment.compaction().isPresent() ? COMPACTED_FORMAT : FORMAT;
        if (!Arrays.equals(magic, MAGIC) || headerBytes.getInt() != format) {
            return Optional.empty();
        }
        Optional<UUID> compactionId = segment.compaction().map(Segment.Compaction::id);
        IndexHeader header = new IndexHeader(
                // Behind the numbers that follow, so it is read by its position.
                compactionId.map(id ->
                        new UUID(headerBytes.getLong(HEADER_BYTES), headerBytes.getLong(HEADER_BYTES + Long.BYTES))),
                headerBytes.getInt(),
                new UUID(headerBytes.getLong(), headerBytes.getLong()),
                headerBytes.getLong(),
                headerBytes.getLong(),
                headerBytes.getLong(),
                headerBytes.getLong(),
                headerBytes.getInt(),
                headerBytes.getInt(),
                headerBytes.getInt(),
                headerBytes.getInt());
        if (!header.compactionId().equals(compactionId)
                || header.epoch() != segment.epoch()
                || !header.logId().equals(segment.logId())
                || header.segment() != segment.number()) {
            return Optional.empty();
        }
        ByteBuffer tables = ByteBuffer.allocate(header.bytesBeforeLocations() - header.tablesPosition());
        file.read(tables, header.tablesPosition());
        return Optional.of(new IndexFile(file, header, tables.flip()));
    }

    private static boolean hasValidChecksum(LogFile file, long size) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(CHECK_BUFFER_BYTES, size));
        long crcPosition = size - Integer.BYTES;
        for (long position = 0; position < crcPosition; position += bytes.limit()) {
            bytes.clear().limit((int) Math.min(bytes.capacity(), crcPosition - position));
            if (file.read(bytes, position) < bytes.limit()) {
                return false;
            }
            crc.update(bytes.flip());
        }
        ByteBuffer storedCrc = ByteBuffer.allocate(Integer.BYTES);
        return file.read(storedCrc, crcPosition) == Integer.BYTES && storedCrc.getInt(0) == (int) crc.getValue();
    }

    @Override
    public int[] positions(long id, long from, long to, int maxFrames) throws IOException {
        int idIndex = Arrays.binarySearch(ids, id);
        if (idIndex < 0 || from > lastSequenceNrs[idIndex]) {
            return new int[0];
        }
        int first = firstFrame(idIndex, from);
        int maxCount = Math.min(maxFrames, frameCounts[idIndex] - first);
        ByteBuffer locations = ByteBuffer.allocate(maxCount * LOCATION_BYTES);
        read(locations, locationPositions[idIndex] + (long) first * LOCATION_BYTES);
        int[] positions = new int[maxCount];
        int count = 0;
        while (count < maxCount && locations.getLong() <= to) {
            positions[count++] = locations.getInt();
        }
        return Arrays.copyOf(positions, count);
    }

    /**
     * Which of an id's frames may hold the event {@code from}: the last frame that begins at or before it, or else the
     * first frame.
     */
    private int firstFrame(int idIndex, long from) throws IOException {
        ByteBuffer firstSequenceNr = ByteBuffer.allocate(Long.BYTES);
        int low = 0;
        int high = frameCounts[idIndex] - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            read(firstSequenceNr.clear(), locationPositions[idIndex] + (long) middle * LOCATION_BYTES);
            if (firstSequenceNr.getLong() <= from) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private void read(ByteBuffer target, long position) throws IOException {
        int expectedBytes = target.remaining();
        if (file.read(target, position) < expectedBytes) {
            throw new IOException("the index of segment " + header.segment() + " is shorter than when it was opened");
        }
        target.flip();
    }

    @Override
    public int scanStart(long offset) {
        return GrowingIndex.scanStart(markOffsets, markPositions, markOffsets.length, offset);
    }

    @Override
    public long[] ids() {
        return ids.clone();
    }

    @Override
    public long highest(long id) {
        int idIndex = Arrays.binarySearch(ids, id);
        return idIndex < 0 ? 0 : lastSequenceNrs[idIndex];
    }

    @Override
    public List<Frame> controlFrames() throws IOException {
        ByteBuffer stored = ByteBuffer.allocate(controlBytes());
        file.read(stored, header.controlFramesPosition());
        stored.flip();
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < header.controlFrames(); i++) {
            int length = FrameFormat.lengthAt(stored, stored.remaining()).orElseThrow(this::damaged);
            int end = stored.position() + length;
            frames.add(FrameFormat.decode(stored.duplicate().limit(end), header.epoch())
                    .orElseThrow(this::damaged));
            stored.position(end);
        }
        return frames;
    }

    private IOException damaged() {
        return new IOException("the index of segment " + header.segment() + " is damaged");
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
