package io.rebalancer.core.reconcile;

import io.rebalancer.core.inventory.CopyKey;
import java.util.List;

/**
 * Makes an agent move files into its quarantine. A file is moved only if it is still the one that the run looked at.
 *
 * @param batch number of the order in its run; a repeated order has the same number
 * @param files at most {@link #MAX_FILES}
 */
public record QuarantineOrder(RunToken token, int batch, List<File> files) {
    /** The maximum number of files of an order. */
    public static final int MAX_FILES = 1000;

    /** @throws IllegalArgumentException if there are too many files */
    public QuarantineOrder {
        files = List.copyOf(files);
        if (files.size() > MAX_FILES) {
            throw new IllegalArgumentException("an order moves at most " + MAX_FILES + " files, not " + files.size());
        }
    }

    /**
     * A file to move.
     *
     * @param sizeBytes its length when the run looked at it
     * @param modifiedMillis its times then, see {@link io.rebalancer.core.inventory.InventoryEntry}
     * @param changedMillis its times then
     */
    public record File(CopyKey key, long sizeBytes, long modifiedMillis, long changedMillis) {}

    /** What became of one file. */
    public enum Result {
        /** It is in the quarantine, also if an earlier order of the run moved it there. */
        MOVED,
        /** Nothing has the name any more, and the run has not moved it. */
        GONE,
        /** Size or times are not those of the order. */
        CHANGED,
        /** A copy of the object is being written, or an assignment in progress needs the file. */
        IN_USE,
        /** The move failed; the file has its name. */
        FAILED
    }
}
