package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileNoteTest {
    private static final UUID ASSIGNMENT = new UUID(5, 6);
    private static final ContentMd5 MD5 = ContentVerifier.md5(new byte[] {1, 2, 3});
    private static final String ID = "00000000-0000-0005-0000-000000000006";

    @TempDir
    private Path root;

    private SafeDirectory directory;

    @BeforeEach
    void open() throws IOException {
        directory = SafeDirectory.open(root);
    }

    @AfterEach
    void close() throws IOException {
        directory.close();
    }

    @Test
    void aWrittenNoteIsRead() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        FileNote note = FileNote.of(ASSIGNMENT, 3, MD5, 123);
        NoteAttribute.write(file, note);
        assertThat(NoteAttribute.read(directory, "file")).contains(note);
    }

    /** The text is stored for years, so its form must not change. */
    @Test
    void theTextOfVersionOneIsStable() {
        String text = "1 assignment=" + ID + " epoch=3 md5=" + MD5.base64() + " size=123 verified=2026-11-26T12:00:00Z";
        FileNote note = new FileNote(
                ASSIGNMENT,
                OptionalLong.of(3),
                Optional.of(MD5),
                OptionalLong.of(123),
                Optional.of(Instant.parse("2026-11-26T12:00:00Z")));
        assertThat(note.text()).isEqualTo(text);
        assertThat(FileNote.parse(text)).contains(note);
        assertThat(FileNote.parse(text + " later-field=x")).contains(note);
    }

    /** The bytes are stored for years, so their form must not change. */
    @Test
    void theBytesOfVersionTwoAreStable() {
        FileNote note = new FileNote(
                ASSIGNMENT,
                OptionalLong.of(300),
                Optional.of(MD5),
                OptionalLong.of(123),
                Optional.of(Instant.parse("2026-11-26T12:00:00.250Z")));
        String hex = "020f" + "00000000000000050000000000000006" + "ac02"
                + HexFormat.of().formatHex(MD5.bytes()) + "7b" + "faa5e8bda134";
        assertThat(HexFormat.of().formatHex(bytes(note))).isEqualTo(hex);
        assertThat(NoteBytes.decode(ByteBuffer.wrap(HexFormat.of().parseHex(hex))))
                .contains(note);
        FileNote former = FileNote.ofAssignment(ASSIGNMENT);
        assertThat(NoteBytes.decode(NoteBytes.encode(former))).contains(former);
    }

    /** The longest note of an object of up to 4 TiB, in a job with up to two million incarnations. */
    @Test
    void aNoteFitsIntoTheInode() {
        FileNote note = new FileNote(
                ASSIGNMENT,
                OptionalLong.of((1 << 21) - 1),
                Optional.of(MD5),
                OptionalLong.of((1L << 42) - 1),
                Optional.of(Instant.parse("2100-01-01T00:00:00Z")));
        assertThat(bytes(note)).hasSizeLessThanOrEqualTo(NoteBytes.INODE_BYTES);
    }

    @Test
    void noDamageOfTheBytesIsAnError() {
        byte[] whole = bytes(FileNote.of(ASSIGNMENT, 3, MD5, 1L << 40));
        for (int length = 0; length < whole.length; length++) {
            assertThat(NoteBytes.decode(ByteBuffer.wrap(whole, 0, length))).isEmpty();
        }
        assertThat(NoteBytes.decode(ByteBuffer.wrap(Arrays.copyOf(whole, whole.length + 1))))
                .isEmpty();
        byte[] endless = new byte[whole.length];
        Arrays.fill(endless, (byte) 0xff);
        endless[0] = 2;
        endless[1] = 1;
        assertThat(NoteBytes.decode(ByteBuffer.wrap(endless))).isEmpty();
        endless[1] = 16;
        assertThat(NoteBytes.decode(ByteBuffer.wrap(endless))).isEmpty();
    }

    private static byte[] bytes(FileNote note) {
        ByteBuffer encoded = NoteBytes.encode(note);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    @Test
    void theAttributeOfVersionOneIsRead() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        FileNote note = FileNote.of(ASSIGNMENT, 3, MD5, 123);
        attributes(file).write("rebalancer.note", StandardCharsets.US_ASCII.encode(note.text()));
        assertThat(NoteAttribute.read(directory, "file")).contains(note);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "3 assignment=00000000-0000-0005-0000-000000000006",
                "1 assignment=5-5-5-5-5",
                "1 assignment=00000000-0000-0005-0000-00000000000",
                "1 epoch=3",
                "1 assignment=00000000-0000-0005-0000-000000000006 epoch=x",
                "1 assignment=00000000-0000-0005-0000-000000000006 epoch=-1",
                "1 assignment=00000000-0000-0005-0000-000000000006 size=99999999999999999999",
                "1 assignment=00000000-0000-0005-0000-000000000006 md5=abc",
                "1 assignment=00000000-0000-0005-0000-000000000006 verified=yesterday",
                "1 assignment=00000000-0000-0005-0000-000000000006 assignment=00000000-0000-0005-0000-000000000007",
                "1  assignment=00000000-0000-0005-0000-000000000006",
                "\u0000\u0000\u0000"
            })
    void anUnknownVersionOrADamagedNoteIsUnknown(String text) throws Exception {
        assertThat(FileNote.parse(text)).isEmpty();
        Path file = Files.createFile(root.resolve("file"));
        attributes(file).write("rebalancer.note", StandardCharsets.UTF_8.encode(text));
        assertThat(NoteAttribute.read(directory, "file")).isEmpty();
    }

    @Test
    void theAttributeOfEarlierBuildsNamesTheAssignment() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        attributes(file).write("rebalancer.made-for", StandardCharsets.UTF_8.encode(ID));
        assertThat(NoteAttribute.read(directory, "file")).contains(FileNote.ofAssignment(ASSIGNMENT));
        attributes(file).write("rebalancer.made-for", StandardCharsets.UTF_8.encode(ID + "0"));
        assertThat(NoteAttribute.read(directory, "file")).isEmpty();
    }

    @Test
    void aFileWithoutANoteIsUnknown() throws Exception {
        Files.createFile(root.resolve("file"));
        assertThat(NoteAttribute.read(directory, "file")).isEmpty();
        assertThat(NoteAttribute.read(directory, "missing")).isEmpty();
    }

    @Test
    void aLinkHasNoNote() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        NoteAttribute.write(file, FileNote.of(ASSIGNMENT, 3, MD5, 123));
        Files.createSymbolicLink(root.resolve("link"), file);
        assertThat(NoteAttribute.read(directory, "link")).isEmpty();
    }

    /** Another process replaces the directory: its path leads to a file with a note, its handle to a file without. */
    @Test
    void theNoteOfAnotherFileAtThePathDoesNotCount() throws Exception {
        Path path = Files.createDirectory(root.resolve("owner"));
        Files.createFile(path.resolve("file"));
        try (SafeDirectory owner = SafeDirectory.open(path)) {
            Files.move(path, root.resolve("moved"));
            Files.createDirectory(path);
            NoteAttribute.write(Files.createFile(path.resolve("file")), FileNote.of(ASSIGNMENT, 3, MD5, 123));
            assertThat(NoteAttribute.read(owner, "file")).isEmpty();
            Files.delete(path.resolve("file"));
            assertThat(NoteAttribute.read(owner, "file")).isEmpty();
        }
    }

    private static UserDefinedFileAttributeView attributes(Path file) {
        return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }
}
