package io.rebalancer.persistence.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Finds the segments that make up a log, from the last to the first. A file before a hole is one whose deletion failed: the
 * LOG_BEGINS that permitted it is in a later segment, so what the file contains plays no part any more. The same is true of
 * a file that a compacted segment replaces, as its header states.
 *
 * <pre>
 * 0 1 2   4   6 7 8      8 replaces 5 to 8: 6 and 7 are to be deleted, 4 is part of the log, and 0 to 2 are before a hole
 * </pre>
 */
final class SegmentFiles {
    private final LogDisk disk;
    private final List<Segment> segments = new ArrayList<>();
    private final SortedSet<Long> beforeHole = new TreeSet<>();
    private final SortedSet<Long> replaced = new TreeSet<>();
    private Optional<String> unfinished = Optional.empty();

    private SegmentFiles(LogDisk disk) {
        this.disk = disk;
    }

    /**
     * Opens the segments of a log.
     *
     * @param names of all segments, sorted
     * @throws LogException if a header is damaged, or was written by a newer version
     */
    static SegmentFiles open(LogDisk disk, List<String> names) throws IOException {
        SegmentFiles files = new SegmentFiles(disk);
        try {
            files.open(names);
        } catch (IOException | RuntimeException e) {
            for (Segment segment : files.segments) {
                segment.close();
            }
            throw e;
        }
        return files;
    }

    private void open(List<String> names) throws IOException {
        List<Long> numbers = new ArrayList<>();
        for (String name : names) {
            numbers.add(Segment.number(name)
                    .orElseThrow(() -> damaged(disk, name, 0, "its name is not that of a segment")));
        }
        int last = names.size() - 1;
        long next = last < 0 ? 0 : numbers.get(last) + 1;
        int i = last;
        while (i >= 0 && numbers.get(i) >= next - 1) {
            long number = numbers.get(i);
            if (number >= next) {
                replaced.add(number);
            } else {
                next = open(names.get(i), number, i == last);
            }
            i--;
        }
        beforeHole.addAll(numbers.subList(0, i + 1));
    }

    /** Opens a segment, and returns the lowest number that belongs to it. */
    private long open(String name, long number, boolean last) throws IOException {
        Optional<Segment> segment = Segment.open(disk, name);
        if (segment.isEmpty()) {
            if (!last || !isUnfinishedCreation(name)) {
                throw damaged(disk, name, 0, "its header is incomplete");
            }
            unfinished = Optional.of(name);
            return number;
        }
        segments.add(0, segment.get());
        if (segment.get().header().number() != number) {
            throw damaged(disk, name, 0, "it is a copy of " + segment.get().name());
        }
        return segment.get().header().firstNumber();
    }

    /** Whether the process died while it created the file: nothing follows the header until the header is forced. */
    private boolean isUnfinishedCreation(String name) throws IOException {
        try (LogDisk.LogFile file = disk.open(name)) {
            return file.size() <= Segment.BLOCK_BYTES;
        }
    }

    /** The segments of the log in order, without those that a compacted one replaces. */
    static List<Segment> withoutReplaced(List<Segment> all) {
        List<Segment> remaining = new ArrayList<>();
        long next = Long.MAX_VALUE;
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).header().number() < next) {
                remaining.add(0, all.get(i));
                next = all.get(i).header().firstNumber();
            }
        }
        return remaining;
    }

    /** The segments of the log, in order. */
    List<Segment> segments() {
        return segments;
    }

    /** Numbers of the files before a hole. */
    SortedSet<Long> beforeHole() {
        return beforeHole;
    }

    /** Numbers of the files that a compacted segment replaces. */
    SortedSet<Long> replaced() {
        return replaced;
    }

    /** The last file, if the process died while it created it. */
    Optional<String> unfinished() {
        return unfinished;
    }

    /** A failure that names the damaged file and the position in it. */
    static LogException damaged(LogDisk disk, String name, long position, String reason) {
        return new LogException(
                LogException.Kind.CORRUPT,
                "the log in " + disk.location() + " is damaged: " + name + " at byte " + position + " ("
                        + reason + "). Nothing is skipped: restore the files from a copy, or move the directory away to"
                        + " start with an empty log, without these events");
    }
}
