package io.rebalancer.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.agent.store.FileFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.Unmanaged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import kamon.Kamon;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a listing finds, and what becomes of what it can't read. */
class InventoryWalkTest extends InventoryFixture {
    private static final UUID OTHER = new UUID(3, 4);

    private List<CopyKey> keys(long run) throws Exception {
        return allEntries(run(run)).stream().map(InventoryEntry::key).toList();
    }

    @Test
    void filesAreListedInTheOrderOfTheirKeysWithTheirFacts() throws Exception {
        CopyKey low = plant(new CopyKey(OTHER, new UUID(-1, 5)), "12345");
        CopyKey first = plant(copy(1), "");
        CopyKey second = plant(copy(-1), "1");
        Files.setLastModifiedTime(file(second), FileTime.fromMillis(1_000_000_123_456L));
        InventoryStatus status = listReady(run(1));
        assertThat(keys(1)).containsExactly(low, first, second);
        InventoryEntry entry = allEntries(run(1)).get(2);
        assertThat(entry.sizeBytes()).isEqualTo(1);
        assertThat(entry.modifiedMillis()).isEqualTo(1_000_000_123_456L);
        assertThat(entry.changedMillis())
                .isEqualTo(((FileTime) Files.getAttribute(file(second), "unix:ctime")).toMillis())
                .isGreaterThan(entry.modifiedMillis());
        assertThat(entry.touched()).isFalse();
        assertThat(status.coverage().files()).isEqualTo(3);
        assertThat(status.coverage().bytes()).isEqualTo(6);
        assertThat(status.coverage().isComplete()).isTrue();
        assertThat(status.rootId()).isEqualTo(sentinel.check().rootId());
    }

    @Test
    void everythingElseIsCountedAndNotListed() throws Exception {
        CopyKey object = plant(copy(1), "x");
        Path owner = root.resolve(OWNER.toString());
        for (String reserved : InventoryWalk.RESERVED) {
            Files.createDirectories(root.resolve(reserved).resolve(OTHER.toString()));
            Files.writeString(root.resolve(reserved).resolve(OTHER.toString()).resolve(OTHER.toString()), "x");
        }
        Path v2 = Files.createDirectories(root.resolve("v2")
                .resolve(OTHER.toString())
                .resolve(OTHER.toString())
                .resolve("00"));
        Files.writeString(v2.resolve(OTHER + "," + "0".repeat(32)), "x");
        Files.writeString(v2.resolve("0123456789abcdef0123456789abcdef0123," + "f".repeat(32)), "x");
        Files.writeString(v2.resolve("other"), "x");
        Files.writeString(root.resolve("v2").resolve("file"), "x");
        Files.createSymbolicLink(owner.resolve(new UUID(7, 7).toString()), file(object));
        Files.createSymbolicLink(root.resolve("link"), owner);
        Files.createDirectory(owner.resolve(new UUID(8, 8).toString()));
        Files.writeString(owner.resolve(new UUID(0xABCL, 9).toString().toUpperCase(Locale.ROOT)), "x");
        Files.writeString(owner.resolve(object.objectId() + ".tmp"), "x");
        Files.createDirectory(root.resolve("directory"));
        Files.writeString(root.resolve("0-0-0-0-1"), "x");
        InventoryStatus status = listReady(run(1));
        assertThat(keys(1)).containsExactly(object);
        assertThat(status.coverage().unmanaged())
                .isEqualTo(Map.of(
                        Unmanaged.RESERVED, (long) InventoryWalk.RESERVED.size(),
                        Unmanaged.V2_OBJECT, 2L,
                        Unmanaged.SYMBOLIC_LINK, 2L,
                        Unmanaged.NOT_A_FILE, 1L,
                        Unmanaged.UNKNOWN, 6L));
        assertThat(status.coverage().isComplete()).isTrue();
    }

    @Test
    void anOwnerThatCannotBeListedIsUnknownAndNothingElseIsLost() throws Exception {
        plant(copy(1), "x");
        CopyKey other = plant(new CopyKey(OTHER, new UUID(1, 1)), "x");
        disk.beforeList.put(root.resolve(OWNER.toString()), FaultyTree.fails());
        Coverage coverage = listReady(run(1)).coverage();
        assertThat(keys(1)).containsExactly(other);
        assertThat(coverage.unlisted()).containsExactly(KeyRange.ofOwner(OWNER));
        assertThat(coverage.faults()).isEqualTo(1);
        assertThat(coverage.faultSample().get(0)).contains(OWNER.toString(), "Input/output error");
        assertThat(coverage.isComplete()).isFalse();
    }

    @Test
    void aFileThatCannotBeLookedAtIsUnknown() throws Exception {
        CopyKey good = plant(copy(1), "x");
        CopyKey bad = plant(copy(2), "x");
        disk.beforeFacts.put(file(bad), FaultyTree.fails());
        Coverage coverage = listReady(run(1)).coverage();
        assertThat(keys(1)).containsExactly(good);
        assertThat(coverage.unlisted()).containsExactly(KeyRange.ofKey(bad));
        assertThat(coverage.unlisted().get(0).contains(bad)).isTrue();
        assertThat(coverage.unlisted().get(0).contains(good)).isFalse();
    }

    @Test
    void withTooManyUnlistedRangesTheWholeInventoryIsUnlisted() throws Exception {
        for (int i = 0; i <= Coverage.MAX_UNLISTED; i++) {
            UUID owner = new UUID(5, i);
            Files.writeString(root.resolve(owner.toString()), "no directory");
        }
        assertThat(listReady(run(1)).coverage().unlisted()).containsExactly(KeyRange.ALL);
    }

    @Test
    void aLinkInPlaceOfAnOwnerIsNotFollowedAndItsObjectsAreUnknown() throws Exception {
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve(OTHER.toString()), "x");
        Files.createSymbolicLink(root.resolve(OWNER.toString()), elsewhere);
        Coverage coverage = listReady(run(1)).coverage();
        assertThat(coverage.files()).isZero();
        assertThat(coverage.unlisted()).containsExactly(KeyRange.ofOwner(OWNER));
        assertThat(coverage.unmanaged()).containsEntry(Unmanaged.SYMBOLIC_LINK, 1L);
    }

    @Test
    void anOwnerDirectoryThatIsReplacedMeanwhileIsUnknown() throws Exception {
        CopyKey key = plant(copy(1), "x");
        Path owner = root.resolve(OWNER.toString());
        disk.beforeFacts.put(file(key), () -> {
            if (Files.isDirectory(owner)) {
                Files.move(owner, temporary.resolve("moved"));
                Files.createSymbolicLink(owner, temporary.resolve("moved"));
            }
        });
        assertThat(listReady(run(1)).coverage().unlisted()).containsExactly(KeyRange.ofOwner(OWNER));
    }

    @Test
    void aFileThatVanishesMeanwhileIsNoFault() throws Exception {
        CopyKey key = plant(copy(1), "x");
        CopyKey stays = plant(copy(2), "x");
        disk.beforeFacts.put(file(key), () -> {
            throw new NoSuchFileException(file(key).toString());
        });
        assertThat(listReady(run(1)).coverage().isComplete()).isTrue();
        assertThat(keys(1)).containsExactly(stays);
    }

    @Test
    void unknownTimesAreMarked() throws Exception {
        CopyKey key = plant(copy(1), "x");
        CopyKey old = plant(copy(2), "x");
        Files.setLastModifiedTime(file(old), FileTime.fromMillis(0));
        disk.changes.put(
                file(key),
                facts -> new FileFacts(
                        facts.kind(), 1, facts.modifiedMillis(), InventoryEntry.UNKNOWN_TIME, facts.fileKey()));
        listReady(run(1));
        List<InventoryEntry> entries = allEntries(run(1));
        assertThat(entries.get(0).changedMillis()).isEqualTo(InventoryEntry.UNKNOWN_TIME);
        assertThat(entries.get(1).modifiedMillis()).isEqualTo(InventoryEntry.UNKNOWN_TIME);
        assertThat(entries).allMatch(entry -> entry.ageMillis(Long.MAX_VALUE) == 0);
    }

    @Test
    void objectsThatGetOrLoseAFileMeanwhileAreTouched() throws Exception {
        UUID assignment = new UUID(6, 6);
        CopyKey before = publish(copy(1), "before", assignment);
        CopyKey trigger = plant(new CopyKey(OTHER, new UUID(1, 1)), "x");
        CopyKey published = copy(2);
        disk.beforeFacts.put(file(trigger), () -> {
            try {
                publish(published, "during", assignment);
                publish(before, "other content", assignment);
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        // The list of this owner may have been read already, so that it lacks the new file.
        listReady(run(1));
        for (InventoryEntry entry : allEntries(run(1))) {
            assertThat(entry.touched())
                    .as(entry.toString())
                    .isEqualTo(!entry.key().equals(trigger));
        }
        disk.beforeFacts.clear();
        listReady(run(2));
        assertThat(allEntries(run(2))).hasSize(3).noneMatch(InventoryEntry::touched);
    }

    @Test
    @Tag("slow")
    void aLargeListingKeepsFewRecordsInMemory() throws Exception {
        int files = 200_000;
        CoverageCounts counts = new CoverageCounts();
        Path directory = Files.createDirectory(root.resolve(OWNER.toString()));
        for (int i = 0; i < files; i++) {
            Files.createFile(directory.resolve(new UUID(i * 0x9E3779B97F4A7C15L, i).toString()));
        }
        InventoryFiles inventoryFiles = new InventoryFiles(dataDir.resolve("inventory"));
        try (var tree = store.openTree();
                var sorter = inventoryFiles.newSorter(1 << 20)) {
            new InventoryWalk(
                            sorter,
                            counts,
                            new Pacer(0),
                            Kamon.counter("test.files").withoutTags())
                    .run(tree);
            var sorted = sorter.finish(inventoryFiles.newSortedFile("large"));
            assertThat(sorter.mostRecordsInMemory()).isLessThan((1 << 20) / 56);
            assertThat(sorter.runs()).isGreaterThan(10);
            assertThat(sorted.count()).isEqualTo(files);
            sorted.delete();
        }
        assertThat(counts.coverage().files()).isEqualTo(files);
    }
}
