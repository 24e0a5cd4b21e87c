//! Writes the results: all of them, or none.

use crate::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes the files into a directory. Each is written under a temporary name first, and renamed when all of them are on
/// the disk: an interruption leaves the previous files.
pub fn write(directory: &Path, files: &[(&str, &[u8])]) -> Result<(), Error> {
    fs::create_dir_all(directory).map_err(|source| Error::io(directory, source))?;
    let staged: Vec<Staged> =
        files.iter().map(|(name, bytes)| Staged::new(directory, name, bytes)).collect::<Result<_, _>>()?;
    staged.into_iter().try_for_each(Staged::commit)?;
    let handle = File::open(directory).and_then(|directory| directory.sync_all());
    handle.map_err(|source| Error::io(directory, source))
}

/// Writes one file, in the same way, and its directory if there is none.
pub fn write_file(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Error::file(file, "its name is not UTF-8, or it has none"))?;
    let directory = file.parent().filter(|directory| !directory.as_os_str().is_empty());
    write(directory.unwrap_or(Path::new(".")), &[(name, bytes)])
}

/// A complete file under a temporary name; removed unless it is committed.
struct Staged {
    temporary: PathBuf,
    place: PathBuf,
}

impl Staged {
    fn new(directory: &Path, name: &str, bytes: &[u8]) -> Result<Self, Error> {
        let temporary = directory.join(format!(".{name}.{}", std::process::id()));
        let staged = Self { temporary, place: directory.join(name) };
        let written = File::create(&staged.temporary).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(|source| Error::io(&staged.temporary, source))?;
        Ok(staged)
    }

    fn commit(self) -> Result<(), Error> {
        fs::rename(&self.temporary, &self.place).map_err(|source| Error::io(&self.place, source))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if self.temporary.exists()
            && let Err(error) = fs::remove_file(&self.temporary)
        {
            eprintln!("{}: {error}", self.temporary.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_or_nothing() {
        let directory = std::env::temp_dir().join(format!("pack-output-{}", std::process::id()));
        write(&directory, &[("a", b"one"), ("b", b"two")]).unwrap();
        // The second file cannot be written: its directory does not exist.
        assert!(write(&directory, &[("a", b"new"), ("missing/b", b"new")]).is_err());
        let mut names: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a", "b"], "no temporary file remains");
        assert_eq!(fs::read(directory.join("a")).unwrap(), b"one", "the previous file remains");
        fs::remove_dir_all(&directory).unwrap();
    }
}
