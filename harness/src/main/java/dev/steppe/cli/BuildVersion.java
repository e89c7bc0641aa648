package dev.steppe.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of the jar that runs; classes outside a jar have none. */
final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = BuildVersion.class.getPackage().getImplementationVersion();
        return new String[] {"steppe " + (version == null ? "(not built into a jar)" : version)};
    }
}
