package io.rebalancer.playground.region;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.region.RegionSurvey.StoredRecord;
import io.rebalancer.playground.region.UnnamedCopies.Copy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnnamedCopiesTest {
    private static final String OWNER = "65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10";
    private static final UUID OBJECT = new UUID(1, 1);
    private static final UUID OTHER = new UUID(2, 2);

    @TempDir
    private Path directory;

    private Map<String, Path> roots() throws IOException {
        return Map.of(
                "1.stor", Files.createDirectories(directory.resolve("1")),
                "2.stor", Files.createDirectories(directory.resolve("2")));
    }

    private void store(String node, UUID object) throws IOException {
        Path owner = Files.createDirectories(directory.resolve(node).resolve(OWNER));
        Files.createFile(owner.resolve(object.toString()));
    }

    private static StoredRecord record(UUID object, String... nodes) {
        ObjectNode value = ExactJson.MAPPER.createObjectNode().put("objectId", object.toString());
        for (String node : nodes) {
            value.withArray("sharks").addObject().put("manta_storage_id", node);
        }
        return new StoredRecord(1, "/key", value);
    }

    @Test
    void everyObjectFileIsFoundAndNoOther() throws Exception {
        Map<String, Path> roots = roots();
        store("1", OBJECT);
        store("2", OTHER);
        Path temporary = Files.createDirectories(directory.resolve("1/.rebalancer/incoming"));
        Files.createFile(temporary.resolve(OWNER + "." + OBJECT + ".part"));
        Files.createFile(directory.resolve("1").resolve(OWNER).resolve("a file"));
        assertThat(UnnamedCopies.onDisk(roots))
                .containsExactlyInAnyOrder(new Copy("1.stor", OBJECT), new Copy("2.stor", OTHER));
    }

    /** A record that names the object on another node does not name this copy. */
    @Test
    void aNewCopyThatNoRecordNamesMustBeRecordedAsAnOrphan() {
        Copy old = new Copy("1.stor", OBJECT);
        Copy made = new Copy("2.stor", OBJECT);
        List<StoredRecord> records = List.of(record(OBJECT, "3.stor"), record(OTHER, "2.stor"));
        Set<Copy> unnamed = UnnamedCopies.madeSince(Set.of(old), Set.of(old, made, new Copy("2.stor", OTHER)), records);
        assertThat(unnamed).containsExactly(made);
        assertThat(UnnamedCopies.violations(unnamed, Set.of(old)))
                .singleElement()
                .asString()
                .contains("2.stor", OBJECT.toString());
        assertThat(UnnamedCopies.violations(unnamed, Set.of(made))).isEmpty();
        assertThat(UnnamedCopies.madeSince(Set.of(), Set.of(made), List.of(record(OBJECT, "1.stor", "2.stor"))))
                .isEmpty();
    }
}
