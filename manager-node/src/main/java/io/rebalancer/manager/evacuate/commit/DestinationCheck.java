package io.rebalancer.manager.evacuate.commit;

import io.rebalancer.core.object.StorageNodeId;
import java.util.Optional;

/** Whether metadata may be committed to a destination now. Asked on any thread right before each write. */
@FunctionalInterface
public interface DestinationCheck {
    DestinationCheck NEVER_REFUSES = destination -> Optional.empty();

    /**
     * Must not block.
     *
     * @return why no record may name the destination now, as one line for an operator; empty if records may name it
     */
    Optional<String> refusal(StorageNodeId destination);
}
