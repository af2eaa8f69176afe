package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** One request of a batch (manta.md 7.6). */
public sealed interface MorayChange permits MorayPut, MorayChange.Delete, MorayChange.Update, MorayChange.DeleteMany {
    /** The name of the bucket. */
    String bucket();

    /** Deletes one object, which must exist. */
    record Delete(String bucket, String key, EtagCondition condition) implements MorayChange {}

    /**
     * Sets index columns of all objects that match. Their values stay, and Moray shows the columns instead.
     *
     * @param fields indexed fields with their new content
     * @param limit the maximum number of objects
     */
    record Update(String bucket, ObjectNode fields, Filter filter, int limit) implements MorayChange {}

    /**
     * Deletes all objects that match.
     *
     * @param limit the maximum number of objects
     */
    record DeleteMany(String bucket, Filter filter, int limit) implements MorayChange {}

    /**
     * What a change did.
     *
     * @param etag the new etag; empty after a deletion
     * @param count the number of objects; empty for a change of one object by its key
     */
    record Outcome(Optional<String> etag, Optional<Integer> count) {}

    /** The object to delete does not exist. */
    final class ObjectNotFound extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ObjectNotFound(String bucket, String key) {
            super(bucket + "::" + key + " does not exist");
        }
    }
}
