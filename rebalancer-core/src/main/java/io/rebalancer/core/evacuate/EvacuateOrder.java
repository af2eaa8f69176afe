package io.rebalancer.core.evacuate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.rebalancer.core.object.CopyLocation;

/**
 * What the job was created for. It never changes.
 *
 * @param leaving the storage node that the job empties
 * @param maxRecords the number of records the job may take on, or 0 for all
 */
public record EvacuateOrder(CopyLocation leaving, long maxRecords) {

    /** Whether the job stops after a number of records. */
    @JsonIgnore
    public boolean isLimited() {
        return maxRecords > 0;
    }
}
