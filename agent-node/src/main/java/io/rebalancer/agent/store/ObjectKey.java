package io.rebalancer.agent.store;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Names an object's file. Ids are parsed and rendered again, so no text from a peer ever reaches a path.
 *
 * @param owner account that owns the object
 * @param objectId the object
 * @param bucket location of the object in the v2 layout, or empty for the v1 layout (manta.md 9.4)
 */
public record ObjectKey(UUID owner, UUID objectId, Optional<BucketLocation> bucket) {
    private static final Pattern NAME_HASH = Pattern.compile("[0-9a-f]{32}");

    /**
     * The v2 layout's part of a key.
     *
     * @param nameHash MD5 of the object's name, 32 lower-case hex digits
     */
    public record BucketLocation(UUID bucketId, String nameHash) {
        /** @throws IllegalArgumentException if {@code nameHash} is not 32 lower-case hex digits */
        public BucketLocation {
            if (!NAME_HASH.matcher(nameHash).matches()) {
                throw new IllegalArgumentException("the object name hash is not 32 lower-case hex digits");
            }
        }
    }

    /** An object of the v1 layout. */
    public ObjectKey(UUID owner, UUID objectId) {
        this(owner, objectId, Optional.empty());
    }

    /** The path of the object, below an object root and below a storage node's URL. */
    public String relativePath() {
        if (bucket.isEmpty()) {
            return owner + "/" + objectId;
        }
        String id = objectId.toString();
        return "v2/" + owner + "/" + bucket.get().bucketId() + "/" + id.substring(0, 2) + "/" + id + ","
                + bucket.get().nameHash();
    }

    /**
     * Parses the ids of an object of the v2 layout.
     *
     * @throws IllegalArgumentException naming the invalid id or hash
     */
    public static ObjectKey parse(String owner, String objectId, String bucketId, String nameHash) {
        ObjectKey v1 = parse(owner, objectId);
        return new ObjectKey(
                v1.owner(), v1.objectId(), Optional.of(new BucketLocation(uuid("bucket id", bucketId), nameHash)));
    }

    /**
     * Parses both ids in their canonical lower-case form.
     *
     * @throws IllegalArgumentException naming the id that is not a UUID
     */
    public static ObjectKey parse(String owner, String objectId) {
        return new ObjectKey(uuid("owner", owner), uuid("object id", objectId));
    }

    private static UUID uuid(String what, String text) {
        try {
            UUID uuid = UUID.fromString(text);
            // UUID.fromString fills up short groups; only the canonical spelling names one path.
            if (uuid.toString().equals(text)) {
                return uuid;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the " + what + " is not a UUID", e);
        }
        throw new IllegalArgumentException("the " + what + " is not a UUID in canonical form");
    }
}
