package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.object.MetadataRecord;
import java.util.Optional;

/** Knows which objects have no copy that can be read. Used by one planner. */
@FunctionalInterface
public interface Sources {
    /** Every object may have a source; the agents find out. */
    Sources ALL = record -> Optional.empty();

    /** Why no copy of the object can be read, in one line; empty if one may be readable. */
    Optional<String> missing(MetadataRecord record);
}
