package io.rebalancer.agent.store;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Names an object's file. Ids are parsed and rendered again, so no text from a peer ever reaches a path. Keys have the
 * order of their paths' bytes.
 *
 * @param owner account that owns the object
 * @param objectId the object
 * @param bucket location of the object in the v2 layout, or empty for the v1 layout (manta.md 9.4)
 */
public record ObjectKey(UUID owner, UUID objectId, Optional<BucketLocation> bucket) implements Comparable<ObjectKey> {
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

    /** Compares the bytes of both paths; they are ASCII, so characters and unsigned bytes have the same order. */
    @Override
    public int compareTo(ObjectKey other) {
        return relativePath().compareTo(other.relativePath());
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
     * Parses the path of an object, as {@link #relativePath} returns it.
     *
     * @throws IllegalArgumentException if no object has this path
     */
    public static ObjectKey parsePath(String relativePath) {
        String[] names = relativePath.split("/", -1);
        ObjectKey key;
        if (names.length == 2) {
            key = parse(names[0], names[1]);
        } else if (names.length == 5 && names[4].indexOf(',') > 0) {
            int comma = names[4].indexOf(',');
            key = parse(names[1], names[4].substring(0, comma), names[2], names[4].substring(comma + 1));
        } else {
            throw new IllegalArgumentException("not the path of an object: " + relativePath);
        }
        if (!key.relativePath().equals(relativePath)) {
            throw new IllegalArgumentException("not the path of an object: " + relativePath);
        }
        return key;
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
