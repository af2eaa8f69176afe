package io.rebalancer.core.legacy;

import java.util.Optional;

/**
 * One copy of an assignment in the older wire's words (manta.md 3.1). The texts are a peer's: none becomes a path or a
 * digest before it is parsed.
 *
 * @param bucketId with {@code objectNameHash} selects the v2 path (manta.md 9.4)
 */
public record LegacyTask(
        String objectId,
        String owner,
        String md5sum,
        String datacenter,
        String storageId,
        Optional<String> bucketId,
        Optional<String> objectNameHash) {}
