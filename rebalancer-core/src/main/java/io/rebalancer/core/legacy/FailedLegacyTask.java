package io.rebalancer.core.legacy;

import java.util.Optional;
import java.util.stream.Stream;

/** A failed task of an assignment that has ended. The response to a GET lists it. */
public record FailedLegacyTask(LegacyTask task, LegacyFailure failure) {
    /** Objects and references of a task in the heap, besides the characters of its texts. */
    private static final long OVERHEAD_BYTES = 320;

    /** Roughly the heap that this task takes. */
    long estimatedBytes() {
        Stream<Optional<String>> texts = Stream.of(
                Optional.of(task.objectId()),
                Optional.of(task.owner()),
                Optional.of(task.md5sum()),
                Optional.of(task.datacenter()),
                Optional.of(task.storageId()),
                task.bucketId(),
                task.objectNameHash());
        return OVERHEAD_BYTES
                + texts.flatMap(Optional::stream).mapToLong(String::length).sum();
    }
}
