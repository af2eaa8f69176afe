package io.rebalancer.core.storage;

import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Storage nodes that can't receive a copy of an object, for the same cause.
 *
 * @param cause why they can't
 * @param nodes number of nodes, at least 1
 * @param examples the first of these nodes, at most {@link #MAX_EXAMPLES}
 */
public record Refusal(RefusalCause cause, int nodes, List<StorageNodeId> examples) {
    public static final int MAX_EXAMPLES = 3;

    public Refusal {
        examples = List.copyOf(examples);
    }

    /** One phrase, such as {@code 12 without enough unpromised space (1.stor, 2.stor, 3.stor, ...)}. */
    public String text() {
        String names = examples.stream().map(StorageNodeId::text).collect(Collectors.joining(", "));
        return nodes + " " + cause.text() + " (" + names + (nodes > examples.size() ? ", ..." : "") + ")";
    }
}
