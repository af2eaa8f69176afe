package io.rebalancer.agent.store;

import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The modes of new files and directories below the object root.
 *
 * @param files mode of a file; empty for the mode of the object root without the rights to execute
 * @param directories mode of a directory; empty for the mode of the object root
 */
public record FileModes(Optional<Set<PosixFilePermission>> files, Optional<Set<PosixFilePermission>> directories) {
    /** Both modes are taken from the object root. */
    public static final FileModes FROM_ROOT = new FileModes(Optional.empty(), Optional.empty());

    private static final Pattern OCTAL = Pattern.compile("0?[0-7]{3}");

    /** @throws IllegalArgumentException if the owner can't read and write the files or use the directories */
    public FileModes {
        files.ifPresent(mode -> {
            if (!isUsableForFiles(mode)) {
                throw new IllegalArgumentException("file-mode must let the owner read and write, such as 0644");
            }
        });
        directories.ifPresent(mode -> {
            if (!isUsableForDirectories(mode)) {
                throw new IllegalArgumentException("directory-mode must let the owner do everything, such as 0755");
            }
        });
    }

    /**
     * Modes as the octal text of the settings, such as {@code 0644}; empty text for the mode of the object root.
     *
     * @throws IllegalArgumentException naming the setting that is wrong
     */
    public static FileModes of(String fileMode, String directoryMode) {
        return new FileModes(parse("file-mode", fileMode), parse("directory-mode", directoryMode));
    }

    private static Optional<Set<PosixFilePermission>> parse(String setting, String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!OCTAL.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    setting + " must be three octal digits, such as 0644, or empty, not " + text);
        }
        int bits = Integer.parseInt(text, 8);
        Set<PosixFilePermission> mode = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values();
        for (int i = 0; i < all.length; i++) {
            // The constants have the order of the bits, from the owner's right to read down.
            if ((bits >> (all.length - 1 - i) & 1) == 1) {
                mode.add(all[i]);
            }
        }
        return Optional.of(mode);
    }

    static boolean isUsableForFiles(Set<PosixFilePermission> mode) {
        return mode.contains(PosixFilePermission.OWNER_READ) && mode.contains(PosixFilePermission.OWNER_WRITE);
    }

    static boolean isUsableForDirectories(Set<PosixFilePermission> mode) {
        return isUsableForFiles(mode) && mode.contains(PosixFilePermission.OWNER_EXECUTE);
    }

    /** The mode of a directory without the rights to execute. */
    static Set<PosixFilePermission> ofFilesIn(Set<PosixFilePermission> directory) {
        Set<PosixFilePermission> mode = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission right : directory) {
            if (!right.name().endsWith("_EXECUTE")) {
                mode.add(right);
            }
        }
        return mode;
    }

    /** The mode as octal text with four digits. */
    static String text(Set<PosixFilePermission> mode) {
        int bits = 0;
        for (PosixFilePermission right : mode) {
            bits |= 1 << (PosixFilePermission.values().length - 1 - right.ordinal());
        }
        return String.format(Locale.ROOT, "%04o", bits);
    }
}
