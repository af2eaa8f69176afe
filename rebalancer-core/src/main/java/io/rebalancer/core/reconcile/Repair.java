package io.rebalancer.core.reconcile;

import io.rebalancer.core.text.StableWord;

/** The classes of repairs. Each has an own limit, and can be allowed or denied separately. The words are stored. */
public enum Repair {
    /** Copies the object to the storage node again, from another copy; a bad file goes into quarantine. */
    COPY_AGAIN,
    /** Copies the object to another storage node and adds that node to the records. */
    ADD_COPY,
    /** Moves the file into the quarantine of its storage node. */
    QUARANTINE,
    /** Deletes a file of the quarantine for good. */
    PURGE,
    /** Nothing; an operator has to look. */
    NONE;

    /** The stable word, such as {@code copy_again}. */
    public String word() {
        return StableWord.of(this);
    }
}
