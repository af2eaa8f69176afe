package io.rebalancer.persistence.sort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class RecordSorterTest {
    private static final RecordFormat FORMAT = new RecordFormat(56, 32);

    @TempDir
    private Path directory;

    private static List<byte[]> records(RecordFormat format, int count, int alphabet, long seed) {
        Random random = new Random(seed);
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] record = new byte[format.recordBytes()];
            random.nextBytes(record);
            for (int at = 0; at < format.keyBytes(); at++) {
                // Few values make long common beginnings and equal keys; high ones would be negative as signed bytes.
                record[at] = (byte) (random.nextInt(alphabet) * 255 / alphabet + 1);
            }
            records.add(record);
        }
        return records;
    }

    private SortedFile sort(RecordFormat format, List<byte[]> records, long memoryBytes) throws IOException {
        try (RecordSorter sorter = new RecordSorter(format, directory, memoryBytes)) {
            for (byte[] record : records) {
                sorter.add(record, 0);
            }
            return sorter.finish(directory.resolve("sorted"));
        }
    }

    private static List<byte[]> read(RecordFormat format, RecordCursor open) throws IOException {
        List<byte[]> read = new ArrayList<>();
        try (RecordCursor cursor = open) {
            while (cursor.next()) {
                read.add(Arrays.copyOfRange(cursor.bytes(), cursor.offset(), cursor.offset() + format.recordBytes()));
            }
        }
        return read;
    }

    private static String key(RecordFormat format, byte[] record) {
        return HexFormat.of().formatHex(record, 0, format.keyBytes());
    }

    private static List<String> hex(List<byte[]> records) {
        return records.stream().map(HexFormat.of()::formatHex).toList();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 56, 32, 256, 1000000",
        "1, 56, 32, 256, 1",
        "5000, 56, 32, 256, 100000000",
        "5000, 56, 32, 2, 100000000",
        "5000, 68, 36, 2, 100000000",
        "5000, 68, 36, 256, 20000",
        "3000, 56, 32, 2, 700",
        "4000, 9, 9, 2, 2100",
        "4000, 4, 3, 2, 200",
        "2000, 4096, 1, 256, 100000",
    })
    void recordsAreSortedWhateverFitsIntoMemory(
            int count, int recordBytes, int keyBytes, int alphabet, long memoryBytes) throws IOException {
        RecordFormat format = new RecordFormat(recordBytes, keyBytes);
        List<byte[]> records = records(format, count, alphabet, recordBytes + memoryBytes);
        SortedFile sorted = sort(format, records, memoryBytes);
        List<byte[]> read = read(format, sorted.first());
        assertThat(sorted.count()).isEqualTo(count);
        assertThat(read.stream().map(each -> key(format, each)))
                .isEqualTo(read.stream().map(each -> key(format, each)).sorted().toList());
        assertThat(hex(read)).containsExactlyInAnyOrderElementsOf(hex(records));
        assertThat(files()).as("temporary files").containsExactly("sorted");
    }

    @Test
    void manyRunsAreMergedInPassesAndMemoryIsBounded() throws IOException {
        List<byte[]> records = records(FORMAT, 20_000, 256, 1);
        long memoryBytes = 100L * (FORMAT.recordBytes() + RecordBuffer.EXTRA_BYTES);
        try (RecordSorter sorter = new RecordSorter(FORMAT, directory, memoryBytes)) {
            for (byte[] record : records) {
                sorter.add(record, 0);
            }
            SortedFile sorted = sorter.finish(directory.resolve("sorted"));
            assertThat(sorter.runs()).isEqualTo(200).isGreaterThan(3 * RecordSorter.MAX_MERGED_RUNS);
            assertThat(sorter.mostRecordsInMemory()).isEqualTo(100);
            assertThat(hex(read(FORMAT, sorted.first())))
                    .isEqualTo(hex(records).stream().sorted().toList());
        }
        assertThat(files()).containsExactly("sorted");
    }

    @Test
    void equalAndSortedAndReversedKeysAreSorted() throws IOException {
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            byte[] record = new byte[FORMAT.recordBytes()];
            int number = i < 10_000 ? i : i < 20_000 ? 20_000 - i : 7;
            ByteBuffer.wrap(record).putInt(28, number).putInt(52, i);
            records.add(record);
        }
        assertThat(read(FORMAT, sort(FORMAT, records, 1 << 20).first()).stream().map(each -> key(FORMAT, each)))
                .isEqualTo(
                        records.stream().map(each -> key(FORMAT, each)).sorted().toList());
    }

    @ParameterizedTest
    @CsvSource({"1", "1169", "1170", "1171", "10000"})
    void aCursorStartsAtAnyKey(int count) throws IOException {
        List<byte[]> records = records(FORMAT, count, 3, count);
        SortedFile sorted = sort(FORMAT, records, 1 << 20);
        List<String> model = read(FORMAT, sorted.first()).stream()
                .map(each -> key(FORMAT, each))
                .toList();
        List<byte[]> probes = records(FORMAT, 50, 3, count + 1);
        probes.addAll(records.subList(0, Math.min(50, count)));
        probes.add(new byte[FORMAT.keyBytes()]);
        byte[] last = new byte[FORMAT.keyBytes()];
        Arrays.fill(last, (byte) 0xFF);
        probes.add(last);
        for (byte[] probe : probes) {
            String from = key(FORMAT, probe);
            assertThat(read(FORMAT, sorted.from(probe)).stream().map(each -> key(FORMAT, each)))
                    .as(from)
                    .isEqualTo(model.stream()
                            .filter(each -> each.compareTo(from) >= 0)
                            .toList());
        }
    }

    @Test
    void aCursorReadsAFileThatIsDeletedMeanwhile() throws IOException {
        SortedFile sorted = sort(FORMAT, records(FORMAT, 5000, 256, 1), 1 << 20);
        RecordCursor cursor = sorted.first();
        sorted.delete();
        assertThat(read(FORMAT, cursor)).hasSize(5000);
        assertThat(files()).isEmpty();
    }

    @Test
    void eachChangedByteIsFound() throws IOException {
        SortedFile sorted = sort(FORMAT, records(FORMAT, 2500, 256, 1), 1 << 20);
        byte[] good = Files.readAllBytes(sorted.path());
        Random random = new Random(2);
        for (int i = 0; i < 300; i++) {
            // All of header and trailer, and some bytes of the blocks.
            int at = i < 30 ? i : i < 60 ? good.length - 1 - (i - 30) : random.nextInt(good.length);
            byte[] damaged = good.clone();
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(sorted.path(), damaged);
            assertThatThrownBy(() ->
                            read(FORMAT, SortedFile.open(sorted.path(), FORMAT).first()))
                    .as("byte " + at)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(sorted.path().toString());
        }
    }

    @Test
    void aFileThatIsNotCompleteIsRefused() throws IOException {
        SortedFile sorted = sort(FORMAT, records(FORMAT, 2500, 256, 1), 1 << 20);
        byte[] good = Files.readAllBytes(sorted.path());
        for (int length : List.of(0, 10, SortedFileLayout.HEADER_BYTES, 5000, good.length - 24, good.length - 1)) {
            Files.write(sorted.path(), Arrays.copyOf(good, length));
            assertThatThrownBy(() -> SortedFile.open(sorted.path(), FORMAT))
                    .as("cut to " + length)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("not complete");
        }
        Files.write(sorted.path(), good);
        assertThatThrownBy(() -> SortedFile.open(sorted.path(), new RecordFormat(56, 31)))
                .hasMessageContaining("records of another form");
        Files.write(sorted.path(), good, StandardOpenOption.APPEND);
        assertThatThrownBy(() -> SortedFile.open(sorted.path(), FORMAT)).hasMessageContaining("damaged");
    }

    @Test
    void blocksInTheWrongOrderAreFound() throws IOException {
        SortedFile sorted = sort(FORMAT, records(FORMAT, 3 * 1170, 256, 1), 1 << 20);
        byte[] bytes = Files.readAllBytes(sorted.path());
        int first = (int) SortedFileLayout.blockAt(FORMAT, 0);
        int second = (int) SortedFileLayout.blockAt(FORMAT, 1);
        int third = (int) SortedFileLayout.blockAt(FORMAT, 2);
        byte[] swapped = bytes.clone();
        System.arraycopy(bytes, second, swapped, first, third - second);
        System.arraycopy(bytes, first, swapped, second, second - first);
        Files.write(sorted.path(), swapped);
        assertThatThrownBy(() -> read(FORMAT, sorted.first())).hasMessageContaining("block 0");
    }

    /** A disk that is full after a number of writes. */
    private static final class FullDisk extends SortDisk {
        private int writesLeft;
        private boolean failed;

        @Override
        void write(FileChannel file, ByteBuffer bytes) throws IOException {
            if (writesLeft-- <= 0) {
                failed = true;
                file.write(bytes.limit(bytes.limit() / 2));
                throw new IOException("No space left on device");
            }
            super.write(file, bytes);
        }
    }

    @Test
    void aFullDiskIsReportedAndLeavesNoFile() throws IOException {
        List<byte[]> records = records(FORMAT, 3000, 256, 1);
        boolean failed = true;
        for (int writes = 0; failed; writes++) {
            FullDisk disk = new FullDisk();
            disk.writesLeft = writes;
            try (RecordSorter sorter = new RecordSorter(FORMAT, directory, 2000, disk)) {
                for (byte[] record : records) {
                    sorter.add(record, 0);
                }
                sorter.finish(directory.resolve("sorted")).delete();
            } catch (IOException e) {
                assertThat(e).hasMessage("No space left on device");
            }
            failed = disk.failed;
            assertThat(files()).as("after " + writes + " writes").isEmpty();
        }
    }

    @Test
    void aSorterThatIsGivenUpLeavesNoFile() throws IOException {
        try (RecordSorter sorter = new RecordSorter(FORMAT, directory, 2000)) {
            for (byte[] record : records(FORMAT, 1000, 256, 1)) {
                sorter.add(record, 0);
            }
            assertThat(files()).hasSizeGreaterThan(10);
        }
        assertThat(files()).isEmpty();
    }
}
