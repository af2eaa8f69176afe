package io.rebalancer.core.legacy;

import java.util.Optional;

/**
 * One copy task of an assignment in the form of the legacy wire (manta.md 3.1). The texts come from a peer, so each is
 * validated before it becomes a path or a digest.
 *
 * @param bucketId together with {@code objectNameHash}, selects the v2 path (manta.md 9.4)
 */
public record LegacyTask(
        String objectId,
        String owner,
        String md5sum,
        String datacenter,
        String storageId,
        Optional<String> bucketId,
        Optional<String> objectNameHash) {
    /**
     * Most characters of a text that the agent accepts. Every valid id and digest is shorter. Stored tasks of earlier builds
     * may have longer texts.
     */
    public static final int MAX_TEXT_CHARS = 256;
}
