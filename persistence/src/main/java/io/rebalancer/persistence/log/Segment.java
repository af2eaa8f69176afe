package io.rebalancer.persistence.log;

import io.rebalancer.persistence.log.LogDisk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * One file of the log: a header block, then frames, then zeros or nothing.
 *
 * <pre>
 *    0  magic "RBLOGSEG"  8
 *    8  format            4   1; 2 for a compacted segment
 *   12  epoch             4   increases by one each time the log is opened
 *   16  log id           16
 *   32  number            8   of the segment
 *   40  first frame       8
 *   48  first offset      8
 *   56  created, ms       8
 *   64  only in format 2: id of the compaction 16 · first number that the segment replaces 8 · end position 8 ·
 *       end frame 8 · end offset 8
 *       then zeros
 * 4092  CRC32C            4   of the block before it
 * 4096  frames …
 * </pre>
 *
 * A compacted segment replaces all segments from its first number to its own number. It holds what is still needed of
 * them: its frames have the numbers, offsets and times that they had there, so there are gaps between them.
 *
 * <pre>
 * growing ──► finished: forced, another follows ──► indexed ──► no longer needed ──► deleted
 *                                                     └─ mostly deleted ──► replaced by a compacted segment
 * </pre>
 */
final class Segment {
    static final int BLOCK_BYTES = 4096;
    private static final int FORMAT = 1;
    private static final int COMPACTED_FORMAT = 2;
    private static final byte[] MAGIC = "RBLOGSEG".getBytes(StandardCharsets.US_ASCII);
    private static final String SUFFIX = ".seg";
    private static final String UNFINISHED_SUFFIX = SUFFIX + ".part";
    private static final int NUMBER_DIGITS = 16;
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{" + NUMBER_DIGITS + "}\\.[a-z.]+");
    private static final int CRC_AT = BLOCK_BYTES - Integer.BYTES;

    private final Header header;
    private final LogFile file;
    private volatile SegmentIndex index = new GrowingIndex();
    private volatile long endPosition = BLOCK_BYTES;
    private volatile long endFrame;
    private volatile long endOffset;

    /**
     * The content of the header block.
     *
     * @param compaction only for a compacted segment
     */
    record Header(
            int epoch,
            UUID logId,
            long number,
            long firstFrame,
            long firstOffset,
            long createdMillis,
            Optional<Compaction> compaction) {

        Header(int epoch, UUID logId, long number, long firstFrame, long firstOffset, long createdMillis) {
            this(epoch, logId, number, firstFrame, firstOffset, createdMillis, Optional.empty());
        }

        /** The lowest number of the segments that this one replaces; its own number if it was not compacted. */
        long firstNumber() {
            return compaction.map(Compaction::firstNumber).orElse(number);
        }
    }

    /**
     * What a compacted segment states about itself.
     *
     * @param id distinguishes the segment from earlier ones of the same name
     * @param firstNumber the lowest number of the segments that it replaces
     * @param endPosition after its last frame: the length of the file
     * @param endFrame number of the frame after the last one of the replaced segments
     * @param endOffset offset after their last event
     */
    record Compaction(UUID id, long firstNumber, long endPosition, long endFrame, long endOffset) {}

    private Segment(Header header, LogFile file) {
        this.header = header;
        this.file = file;
        this.endFrame = header.firstFrame();
        this.endOffset = header.firstOffset();
        header.compaction().ifPresent(end -> moveEnd(end.endPosition(), end.endFrame(), end.endOffset()));
    }

    static boolean isSegment(String name) {
        return name.endsWith(SUFFIX);
    }

    /** The number in the name of a segment or of its index; empty if the file does not belong to the log. */
    static Optional<Long> number(String name) {
        return NAME.matcher(name).matches()
                ? Optional.of(Long.parseUnsignedLong(name.substring(0, NUMBER_DIGITS), 16))
                : Optional.empty();
    }

    static String name(long number) {
        return String.format("%016x%s", number, SUFFIX);
    }

    /** The name of a compacted segment until it is complete. */
    static String unfinishedName(long number) {
        return String.format("%016x%s", number, UNFINISHED_SUFFIX);
    }

    static boolean isUnfinished(String name) {
        return name.endsWith(UNFINISHED_SUFFIX);
    }

    String name() {
        return name(header.number());
    }

    Header header() {
        return header;
    }

    LogFile file() {
        return file;
    }

    /** Position after the last readable frame. */
    long endPosition() {
        return endPosition;
    }

    /** Number of the frame after the last one of this segment. */
    long endFrame() {
        return endFrame;
    }

    /** Offset after the last event of this segment. */
    long endOffset() {
        return endOffset;
    }

    SegmentIndex index() {
        return index;
    }

    /** Makes the frames up to this position readable. */
    void moveEnd(long position, long frame, long offset) {
        endFrame = frame;
        endOffset = offset;
        endPosition = position;
    }

    /** Replaces the index in memory by the stored index of the finished segment. */
    void useIndex(SegmentIndex stored) {
        index = stored;
    }

    /** Creates the file with its header, and forces both it and the directory. */
    static Segment create(LogDisk disk, Header header) throws IOException {
        LogFile file = disk.create(name(header.number()));
        try {
            file.write(encode(header), 0);
            file.force();
            disk.forceDirectory();
            return new Segment(header, file);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Opens an existing file.
     *
     * @return empty if the header is incomplete, because the process died while it created the file
     * @throws LogException if a newer version wrote it
     */
    static Optional<Segment> open(LogDisk disk, String name) throws IOException {
        LogFile file = disk.open(name);
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        file.read(block, 0);
        Optional<Header> header;
        try {
            header = decode(block, disk.location() + "/" + name);
        } catch (LogException e) {
            file.close();
            throw e;
        }
        if (header.isEmpty()) {
            file.close();
        }
        return header.map(known -> new Segment(known, file));
    }

    void close() throws IOException {
        try (file) {
            if (index instanceof IndexFile stored) {
                stored.close();
            }
        }
    }

    /**
     * Closes all of these segments.
     *
     * @throws IOException the first failure, with the others; all segments were tried
     */
    static void closeAll(Collection<Segment> segments) throws IOException {
        List<IOException> failures = new ArrayList<>();
        for (Segment segment : segments) {
            try {
                segment.close();
            } catch (IOException e) {
                failures.add(e);
            }
        }
        throwFirst(failures);
    }

    /** Throws the first of these failures, if there is one. It carries the others. */
    static void throwFirst(List<IOException> failures) throws IOException {
        if (!failures.isEmpty()) {
            IOException first = failures.get(0);
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    static ByteBuffer encode(Header header) {
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        block.put(MAGIC);
        block.putInt(header.compaction().isPresent() ? COMPACTED_FORMAT : FORMAT);
        block.putInt(header.epoch());
        block.putLong(header.logId().getMostSignificantBits())
                .putLong(header.logId().getLeastSignificantBits());
        block.putLong(header.number()).putLong(header.firstFrame());
        block.putLong(header.firstOffset()).putLong(header.createdMillis());
        header.compaction()
                .ifPresent(compaction -> block.putLong(compaction.id().getMostSignificantBits())
                        .putLong(compaction.id().getLeastSignificantBits())
                        .putLong(compaction.firstNumber())
                        .putLong(compaction.endPosition())
                        .putLong(compaction.endFrame())
                        .putLong(compaction.endOffset()));
        block.putInt(CRC_AT, crc(block));
        return block.rewind();
    }

    private static Optional<Header> decode(ByteBuffer block, String path) {
        byte[] magic = new byte[MAGIC.length];
        block.rewind().get(magic);
        int format = block.getInt();
        if (!Arrays.equals(magic, MAGIC) || crc(block) != block.getInt(CRC_AT)) {
            return Optional.empty();
        }
        if (format > COMPACTED_FORMAT) {
            throw new LogException(
                    LogException.Kind.NEWER_FORMAT,
                    path + " has format " + format + ", and this version reads up to " + COMPACTED_FORMAT
                            + "; use the version that wrote it");
        }
        int epoch = block.getInt();
        UUID logId = new UUID(block.getLong(), block.getLong());
        Header header = new Header(epoch, logId, block.getLong(), block.getLong(), block.getLong(), block.getLong());
        if (format != COMPACTED_FORMAT) {
            return Optional.of(header);
        }
        UUID id = new UUID(block.getLong(), block.getLong());
        Compaction compaction = new Compaction(id, block.getLong(), block.getLong(), block.getLong(), block.getLong());
        return Optional.of(new Header(
                epoch,
                logId,
                header.number(),
                header.firstFrame(),
                header.firstOffset(),
                header.createdMillis(),
                Optional.of(compaction)));
    }

    private static int crc(ByteBuffer block) {
        CRC32C crc = new CRC32C();
        crc.update(block.array(), 0, CRC_AT);
        return (int) crc.getValue();
    }
}
