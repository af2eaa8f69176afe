package io.rebalancer.core.evacuate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.rebalancer.core.object.CopyLocation;
import java.util.Optional;

/**
 * What the job was created for. It never changes.
 *
 * @param leaving the storage node that the job empties
 * @param maxRecords the number of records the job may take on, or 0 for all
 * @param selection the exceptions of an ended job that the job looks at; empty to look at all records
 */
public record EvacuateOrder(CopyLocation leaving, long maxRecords, Optional<RetrySelection> selection) {

    /** Whether the job stops after a number of records. */
    @JsonIgnore
    public boolean isLimited() {
        return maxRecords > 0;
    }
}
