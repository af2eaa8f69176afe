package io.rebalancer.playground.region;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The copies on the disks of the storage nodes that no metadata record names. A job may leave such a copy only if it recorded
 * the copy as an orphan; otherwise no operator finds out that it is there.
 */
public final class UnnamedCopies {

    private UnnamedCopies() {}

    /** The copy of an object on a storage node. */
    public record Copy(String storageId, UUID objectId) {}

    /**
     * Lists the disks: every file {@code OWNER/OBJECT} below the object directories.
     *
     * @param roots object directories by storage id
     */
    public static Set<Copy> onDisk(Map<String, Path> roots) throws IOException {
        Set<Copy> copies = new HashSet<>();
        for (Map.Entry<String, Path> root : roots.entrySet()) {
            for (Path owner : entries(root.getValue())) {
                if (uuid(owner).isPresent()) {
                    entries(owner)
                            .forEach(file ->
                                    uuid(file).ifPresent(object -> copies.add(new Copy(root.getKey(), object))));
                }
            }
        }
        return copies;
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    private static Optional<UUID> uuid(Path path) {
        try {
            return Optional.of(UUID.fromString(path.getFileName().toString()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * The copies that were made after {@code before} was listed and that no record names. The older ones stay: those on an
     * emptied node, and those of objects that users deleted.
     */
    public static Set<Copy> madeSince(Set<Copy> before, Set<Copy> onDisk, List<RegionSurvey.StoredRecord> records) {
        Set<Copy> unnamed = new HashSet<>(onDisk);
        unnamed.removeAll(before);
        for (RegionSurvey.StoredRecord record : records) {
            uuid(Path.of(record.value().path("objectId").asText()))
                    .ifPresent(object -> record.storageIds().forEach(node -> unnamed.remove(new Copy(node, object))));
        }
        return unnamed;
    }

    /**
     * One line for each unnamed copy that is not recorded.
     *
     * @param orphans the copies that the managers recorded as orphans
     */
    public static List<String> violations(Set<Copy> unnamed, Set<Copy> orphans) {
        return unnamed.stream()
                .filter(copy -> !orphans.contains(copy))
                .map(copy -> "object " + copy.objectId() + " is on " + copy.storageId()
                        + ", no record names this copy, and it is not recorded as an orphan")
                .sorted()
                .toList();
    }
}
