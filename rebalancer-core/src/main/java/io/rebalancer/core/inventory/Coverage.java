package io.rebalancer.core.inventory;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Map;

/**
 * What an inventory covers. A file in a range that could not be listed is unknown: it is neither present nor missing.
 *
 * @param files files of the object layout
 * @param bytes length of these files together
 * @param unmanaged number of files and directories that are not of the object layout, by kind; they are never touched
 * @param unlisted ranges that could not be listed, at most {@link #MAX_UNLISTED}
 * @param faults number of directories and files that could not be read
 * @param faultSample some of these faults, at most {@link #MAX_SAMPLE}, each naming its path
 */
public record Coverage(
        long files,
        long bytes,
        Map<Unmanaged, Long> unmanaged,
        List<KeyRange> unlisted,
        long faults,
        List<String> faultSample) {
    /** With more unlisted ranges, the whole inventory counts as unlisted: it has the range {@link KeyRange#ALL}. */
    public static final int MAX_UNLISTED = 1000;

    /** Number of faults that are named. */
    public static final int MAX_SAMPLE = 20;

    /** Nothing is listed yet. */
    public static final Coverage NONE = new Coverage(0, 0, Map.of(), List.of(), 0, List.of());

    /** Keeps copies of the collections. */
    public Coverage {
        unmanaged = Map.copyOf(unmanaged);
        unlisted = List.copyOf(unlisted);
        faultSample = List.copyOf(faultSample);
    }

    /** Whether every file of the object layout was listed. */
    @JsonIgnore
    public boolean isComplete() {
        return unlisted.isEmpty() && faults == 0;
    }
}
