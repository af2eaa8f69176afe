package io.rebalancer.manager.preflight;

import io.rebalancer.core.object.CopyLocation;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The storage node that a job would empty.
 *
 * @param given the storage id as the operator gave it
 * @param found the node in the fleet's register; empty if the register does not list it
 */
record PreflightSubject(String given, CompletionStage<Optional<CopyLocation>> found) {

    /** The node; fails with {@link NoAnswer} if the register does not list it. */
    CompletionStage<CopyLocation> leaving() {
        return found.thenApply(
                node -> node.orElseThrow(() -> new NoAnswer("the storage node " + given + " is not known")));
    }
}
