; What the setup says in its own words. The rest is NSIS's.

!insertmacro MUI_LANGUAGE "English"
LangString WhomTitle ${LANG_ENGLISH} "Who will use ${NAME}?"
LangString WhomText ${LANG_ENGLISH} "Each person has their own sign-ins, whatever you choose."
LangString ForMe ${LANG_ENGLISH} "Install for &me only (no administrator needed)"
LangString ForEverybody ${LANG_ENGLISH} "Install for &everybody on this computer"
LangString Running ${LANG_ENGLISH} "${NAME} is running. Quit it, in every session on this computer, and try again."
LangString NoRights ${LANG_ENGLISH} "This needs an administrator's rights. Run it as administrator, or install for yourself only (/CURRENTUSER)."
LangString NoFolder ${LANG_ENGLISH} "Nothing can be written to $INSTDIR. Choose another folder, or run this as administrator."
LangString Newer ${LANG_ENGLISH} "${NAME} $OldVersion is installed, which is newer than ${VERSION}."
LangString Anyway ${LANG_ENGLISH} "Install the older version anyway?"
LangString OldWindows ${LANG_ENGLISH} "${NAME} needs Windows 10 or newer."
LangString Keeps ${LANG_ENGLISH} "${NAME} will be removed. Your sign-ins and settings stay for another time. To remove them too, sign out in ${NAME} first, and delete the folder ${DATA} in %AppData% and in %LocalAppData%."
