package settings

import "golang.org/x/sys/windows"

func systemDownloads(string) string {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_Downloads, windows.KF_FLAG_DEFAULT)
	if err != nil {
		return ""
	}
	return dir
}
