package io.rebalancer.agent.store;

import java.util.UUID;

/**
 * Whose object, and which. Ids are parsed to UUIDs and rendered again, so no text of a peer ever reaches a path.
 *
 * @param owner account that owns the object
 * @param objectId the object
 */
public record ObjectKey(UUID owner, UUID objectId) {

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
