package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The web server can read and replace what the agent creates, whatever umask and user the agent has. */
class FileAccessTest {
    @TempDir
    private Path root;

    @TempDir
    private Path outside;

    private static ObjectStore open(Path root, FileModes modes, DiskOperations disk) throws IOException {
        return ObjectStore.open(
                root,
                new StoreOptions(Durability.OS, QuarantineBounds.DEFAULT, modes, PartLimits.DEFAULT),
                SpaceGuard.Bounds.NONE,
                disk);
    }

    private static void chmod(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    }

    /** The directories from below the root to the object's file. */
    private List<Path> directories(ObjectKey key) {
        List<Path> directories = new ArrayList<>();
        Path relative = Path.of(key.relativePath());
        for (int names = 1; names < relative.getNameCount(); names++) {
            directories.add(root.resolve(relative.subpath(0, names)));
        }
        return directories;
    }

    private void assertModes(ObjectKey key, String file, String directory) throws IOException {
        assertThat(mode(root.resolve(key.relativePath()))).isEqualTo(file);
        for (Path each : directories(key)) {
            assertThat(mode(each)).as(each.toString()).isEqualTo(directory);
        }
    }

    @Test
    void theUmaskOfTheAgentHasNoEffect() throws Exception {
        chmod(root, "rwxr-xr-x");
        Path out = outside.resolve("out");
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "umask 077; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreOnce.class.getName(),
                        root.toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(out)).isZero();
        assertThat(mode(root.resolve(".rebalancer/lock")))
                .as("the umask was in force")
                .isEqualTo("rw-------");
        assertModes(StoreOnce.V1, "rw-r--r--", "rwxr-xr-x");
        assertModes(StoreOnce.V2, "rw-r--r--", "rwxr-xr-x");
    }

    @ParameterizedTest
    @CsvSource({
        "rwxrwx---, '', '', rw-rw----, rwxrwx---",
        "rwx------, '', '', rw-------, rwx------",
        "rwx------, 0644, 0755, rw-r--r--, rwxr-xr-x",
        "rwxr-xr-x, '', 750, rw-r--r--, rwxr-x---",
        "rwxr-xr-x, 0664, '', rw-rw-r--, rwxr-xr-x"
    })
    void modesComeFromTheRootOrFromTheSettings(
            String rootMode, String fileSetting, String directorySetting, String file, String directory)
            throws Exception {
        chmod(root, rootMode);
        try (ObjectStore store = open(root, FileModes.of(fileSetting, directorySetting), new DiskOperations())) {
            StoreOnce.put(store, StoreOnce.V1);
            StoreOnce.put(store, StoreOnce.V2);
            assertThat(store.fileAccess()).contains(" 0");
        }
        assertModes(StoreOnce.V1, file, directory);
        assertModes(StoreOnce.V2, file, directory);
        assertThat(TemporaryFiles.of(root)).isEmpty();
    }

    @Test
    void anAgentThatRunsAsRootGivesItsFilesToTheOwnerOfTheRoot() throws Exception {
        assumeThat(Files.getAttribute(root, "unix:uid")).isEqualTo(0);
        Files.setAttribute(root, "unix:uid", 1234);
        Files.setAttribute(root, "unix:gid", 2345);
        chmod(root, "rwxr-xr-x");
        try (ObjectStore store = ObjectStore.open(root)) {
            assertThat(store.runsAsRootWithoutNeed()).isTrue();
            StoreOnce.put(store, StoreOnce.V1);
            StoreOnce.put(store, StoreOnce.V2);
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path each : files.toList()) {
                assertThat(Files.getAttribute(each, "unix:uid"))
                        .as(each.toString())
                        .isEqualTo(1234);
                assertThat(Files.getAttribute(each, "unix:gid"))
                        .as(each.toString())
                        .isEqualTo(2345);
            }
        }
        assertModes(StoreOnce.V1, "rw-r--r--", "rwxr-xr-x");
        assertModes(StoreOnce.V2, "rw-r--r--", "rwxr-xr-x");
    }

    @Test
    void anAgentOfAnotherUserIsRejected() throws Exception {
        assumeThat(Files.getAttribute(root, "unix:uid")).isEqualTo(0);
        Path file = Files.createFile(outside.resolve("file"));
        Files.setAttribute(root, "unix:uid", 1234);
        FileAccess.Access rootAccess = FileAccess.Access.of(Files.readAttributes(root, PosixFileAttributes.class));
        FileAccess.Access newFile = FileAccess.Access.of(Files.readAttributes(file, PosixFileAttributes.class));
        assertThat(FileAccessProbe.givesAway(rootAccess, newFile, 0)).isTrue();
        assertThat(FileAccessProbe.givesAway(rootAccess, rootAccess, 1234)).isFalse();
        assertThatThrownBy(() -> FileAccessProbe.givesAway(rootAccess, newFile, 99))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("run the agent as 1234");
    }

    @Test
    void aRootWithoutTheRightsOfItsOwnerIsRejected() throws Exception {
        ObjectStore.open(root).close();
        chmod(root, "r-xr-xr-x");
        assertThatThrownBy(() -> ObjectStore.open(root))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(root.toString())
                .hasMessageContaining("0555")
                .hasMessageContaining("file-mode");
        chmod(root, "rwxr-xr-x");
    }

    @Test
    void aFileSystemThatKeepsNoModesIsRejected() throws Exception {
        DiskOperations forgetful = new DiskOperations() {
            @Override
            protected void setMode(Path file, Work change) {}
        };
        assertThatThrownBy(() -> open(root, FileModes.of("0640", "0750"), forgetful))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("instead of")
                .hasMessageContaining("0640");
        assertThat(TemporaryFiles.of(root)).isEmpty();
    }

    /** A change costs system calls for each object. */
    @Test
    void nothingIsChangedIfTheModesAreRight() throws Exception {
        Path file = Files.createFile(outside.resolve("file"));
        Path directory = Files.createDirectory(outside.resolve("directory"));
        FileModes asCreated = new FileModes(
                Optional.of(Files.getPosixFilePermissions(file)),
                Optional.of(Files.getPosixFilePermissions(directory)));
        DiskOperations unchanged = new DiskOperations() {
            @Override
            protected void setMode(Path changed, Work change) {
                throw new AssertionError("changed " + changed);
            }
        };
        try (ObjectStore store = open(root, asCreated, unchanged)) {
            StoreOnce.put(store, StoreOnce.V2);
        }
        assertThat(root.resolve(StoreOnce.V2.relativePath())).exists();
    }

    /** The first change is the change of the first directory or of the part file. */
    @ParameterizedTest
    @CsvSource({"0,false", "1,false", "2,false", "4,false", "0,true", "1,true", "2,true", "4,true"})
    void aModeThatCouldNotBeSetIsSetByTheNextCopy(int skipped, boolean forEver) throws Exception {
        int[] changes = {Integer.MIN_VALUE};
        DiskOperations faulty = new DiskOperations() {
            @Override
            protected void setMode(Path file, Work change) throws IOException {
                int now = changes[0]++;
                if (forEver ? now >= skipped : now == skipped) {
                    throw new IOException("Operation not permitted");
                }
                super.setMode(file, change);
            }
        };
        try (ObjectStore store = open(root, FileModes.of("0640", "0750"), faulty)) {
            changes[0] = 0;
            assertThatThrownBy(() -> StoreOnce.put(store, StoreOnce.V2)).hasMessageContaining("not permitted");
            assertThat(store.path(StoreOnce.V2)).doesNotExist();
            assertThat(TemporaryFiles.of(root)).isEmpty();
            if (forEver) {
                assertThatThrownBy(() -> StoreOnce.put(store, StoreOnce.V2)).hasMessageContaining("not permitted");
                changes[0] = Integer.MIN_VALUE;
            }
            StoreOnce.put(store, StoreOnce.V2);
        }
        assertModes(StoreOnce.V2, "rw-r-----", "rwxr-x---");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "64", "0888", "rw-r--r--", "01755", "0044", "-644"})
    void aModeThatIsNotUsableIsRejected(String text) {
        assertThatThrownBy(() -> FileModes.of(text, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("file-mode");
        assertThatThrownBy(() -> FileModes.of("", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("directory-mode");
        assertThatThrownBy(() -> FileModes.of("", "0644"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("directory-mode");
        assertThatCode(() -> FileModes.of("", "")).doesNotThrowAnyException();
    }
}
