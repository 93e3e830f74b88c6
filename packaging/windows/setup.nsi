; The setup for Windows, filled in by make.sh. It installs for the person who
; runs it, without asking for rights, or for everybody on the computer.
;
;   setup.exe [/S] [/CURRENTUSER | /ALLUSERS] [/DOWNGRADE] [/D=C:\a folder]
;
; /S asks and shows nothing; what it could not do is said on standard error and
; by the exit code, which is Windows' own number for it: see the Refuse lines.
; Without /CURRENTUSER or /ALLUSERS it upgrades what is there.

Unicode true
Target amd64-unicode ; runs on every 64-bit Windows, and on Wine without its 32-bit half
ManifestDPIAware true
ManifestSupportedOS Win10
ManifestLongPathAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma
SetCompressorDictSize 32
AllowSkipFiles off

!include MUI2.nsh
!include nsDialogs.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include WordFunc.nsh
!include WinVer.nsh

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${ID}"
!define PROGRAM "${PACKAGE}.exe"

; Windows' numbers of errors.
!define ACCESS_DENIED 5
!define SHARING_VIOLATION 32
!define ELEVATION_REQUIRED 740
!define OLD_WIN_VERSION 1150
!define PRODUCT_VERSION 1638
!define INVALID_COMMAND_LINE 1639

Name "${NAME}"
OutFile "${OUT}"
BrandingText "${NAME} ${VERSION}"
VIProductVersion "${VERSION}.${BUILD}"
VIFileVersion "${VERSION}.${BUILD}"
VIAddVersionKey CompanyName "${VENDOR}"
VIAddVersionKey FileDescription "${NAME} Setup"
VIAddVersionKey FileVersion "${VERSION}.${BUILD}"
VIAddVersionKey LegalCopyright "Copyright ${VENDOR}"
VIAddVersionKey ProductName "${NAME}"
VIAddVersionKey ProductVersion "${VERSION}"
!ifdef SIGN
!uninstfinalize '"${SIGN}" "%1"' = 0
!endif

Var ForAll       ; "1": for everybody on this computer
Var Chosen       ; "1": on the command line
Var Folder       ; /D, "" if there is none
Var Downgrade    ; "1": an older version may take a newer one's place
Var OldFolder    ; where this program is installed in the chosen way; "" if it is not
Var OldVersion
Var RadioUser
Var RadioAll
Var Reason

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_ABORTWARNING
Page custom askWhom takeWhom
!define MUI_PAGE_CUSTOMFUNCTION_LEAVE checkFolder
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_FUNCTION start
!define MUI_FINISHPAGE_NOAUTOCLOSE
!insertmacro MUI_PAGE_FINISH
!define MUI_UNCONFIRMPAGE_TEXT_TOP "$(Keeps)"
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!include "${WORDS}"

; Say puts a line where whoever started a silent setup can read it.
!macro sayFunction un
Function ${un}say
	Exch $0
	Push $1
	System::Call 'kernel32::GetStdHandle(i -12) p .r1'
	${If} $1 P= 0
	${OrIf} $1 P= -1
		System::Call 'kernel32::AttachConsole(i -1)'
		System::Call 'kernel32::GetStdHandle(i -12) p .r1'
	${EndIf}
	FileWrite $1 "${NAME}: $0$\r$\n"
	Pop $1
	Pop $0
FunctionEnd
!macroend
!insertmacro sayFunction ""
!insertmacro sayFunction "un."

; Refuse ends the setup with a message and an exit code.
!macro Refuse un text code
	StrCpy $Reason "${text}"
	${If} ${Silent}
		Push "$Reason"
		Call ${un}say
	${Else}
		MessageBox MB_OK|MB_ICONSTOP "$Reason"
	${EndIf}
	SetErrorLevel ${code}
	Quit
!macroend
!define Refuse '!insertmacro Refuse ""'
!define un.Refuse '!insertmacro Refuse "un."'

; AwaitEnd asks for the program's end while its file cannot be written to, which
; Windows allows nobody while it runs.
!macro AwaitEnd un folder
	${Do}
		${IfNot} ${FileExists} "${folder}\${PROGRAM}"
			${ExitDo}
		${EndIf}
		ClearErrors
		FileOpen $0 "${folder}\${PROGRAM}" a
		${IfNot} ${Errors}
			FileClose $0
			${ExitDo}
		${EndIf}
		StrCpy $2 "${folder}\${PROGRAM}" ; FileOpen does not say why: GENERIC_WRITE, all shares, OPEN_EXISTING
		System::Call 'kernel32::CreateFile(t r2, i 0x40000000, i 7, p 0, i 3, i 0, p 0) p .r0 ?e'
		Pop $1
		${If} $0 P<> -1
			System::Call 'kernel32::CloseHandle(p r0)'
			${ExitDo}
		${EndIf}
		${If} $1 = ${ACCESS_DENIED}
			!insertmacro Refuse "${un}" "$(NoRights)" ${ACCESS_DENIED}
		${EndIf}
		${If} ${Silent}
			!insertmacro Refuse "${un}" "$(Running)" ${SHARING_VIOLATION}
		${EndIf}
		MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(Running)" IDRETRY +3
		SetErrorLevel ${SHARING_VIOLATION}
		Quit
	${Loop}
!macroend

; RemoveProgram removes everything that a setup ever put into a folder, and the
; folder if that leaves nothing in it.
!macro RemoveProgram folder
	Delete "${folder}\${PROGRAM}"
	Delete "${folder}\LICENSE.txt"
	Delete "${folder}\uninstall.exe"
	RMDir "${folder}"
!macroend

; isAdmin leaves "1" in $0 where a setup may write for everybody.
!macro isAdmin
	StrCpy $0 ""
	UserInfo::GetAccountType
	Pop $1
	${If} $1 == "Admin"
		StrCpy $0 1
	${EndIf}
!macroend

; way looks at what is there of the chosen way, and settles where to go.
Function way
	SetRegView 64
	StrCpy $OldFolder ""
	StrCpy $OldVersion ""
	${If} $ForAll == 1
		SetShellVarContext all
		ReadRegStr $OldFolder HKLM "${UNINSTALL}" "InstallLocation"
		ReadRegStr $OldVersion HKLM "${UNINSTALL}" "DisplayVersion"
		StrCpy $INSTDIR "$PROGRAMFILES64\${NAME}"
	${Else}
		SetShellVarContext current
		ReadRegStr $OldFolder HKCU "${UNINSTALL}" "InstallLocation"
		ReadRegStr $OldVersion HKCU "${UNINSTALL}" "DisplayVersion"
		StrCpy $INSTDIR "$LOCALAPPDATA\Programs\${NAME}"
	${EndIf}
	${If} $OldFolder != ""
		StrCpy $INSTDIR $OldFolder
	${EndIf}
	${If} $Folder != ""
		StrCpy $INSTDIR $Folder
	${EndIf}
FunctionEnd

Function .onInit
	SetRegView 64
	StrCpy $Folder $INSTDIR ; /D, for there is no InstallDir
	${IfNot} ${AtLeastWin10}
		${Refuse} "$(OldWindows)" ${OLD_WIN_VERSION}
	${EndIf}
	${GetParameters} $R0
	ClearErrors
	${GetOptions} $R0 "/DOWNGRADE" $R1
	${IfNot} ${Errors}
		StrCpy $Downgrade 1
	${EndIf}
	ClearErrors
	${GetOptions} $R0 "/ALLUSERS" $R1
	${IfNot} ${Errors}
		StrCpy $ForAll 1
		StrCpy $Chosen 1
	${EndIf}
	ClearErrors
	${GetOptions} $R0 "/CURRENTUSER" $R1
	${IfNot} ${Errors}
		${If} $ForAll == 1
			${Refuse} "/ALLUSERS, /CURRENTUSER?" ${INVALID_COMMAND_LINE}
		${EndIf}
		StrCpy $Chosen 1
	${EndIf}
	${If} $Chosen != 1 ; upgrade what is there
		ReadRegStr $0 HKCU "${UNINSTALL}" "InstallLocation"
		ReadRegStr $1 HKLM "${UNINSTALL}" "InstallLocation"
		${If} $0 == ""
		${AndIf} $1 != ""
			StrCpy $ForAll 1
		${EndIf}
	${EndIf}
	Call way
	${If} ${Silent}
		Call checkRights
		Call checkVersion
		Call checkFolder
	${EndIf}
FunctionEnd

; checkRights starts the setup anew with an administrator's rights where it needs
; them.
Function checkRights
	${If} $ForAll != 1
		Return
	${EndIf}
	!insertmacro isAdmin
	${If} $0 == 1
		Return
	${EndIf}
	${If} ${Silent}
		${Refuse} "$(NoRights)" ${ELEVATION_REQUIRED}
	${EndIf}
	ClearErrors
	ExecShell "runas" "$EXEPATH" "/ALLUSERS"
	${If} ${Errors} ; the person said no to Windows' question
		MessageBox MB_OK|MB_ICONINFORMATION "$(NoRights)"
		Abort
	${EndIf}
	Quit
FunctionEnd

; checkVersion refuses to put an older version in a newer one's place unasked.
Function checkVersion
	${If} $OldVersion == ""
	${OrIf} $Downgrade == 1
		Return
	${EndIf}
	${VersionCompare} $OldVersion "${VERSION}" $0
	${If} $0 <> 1
		Return
	${EndIf}
	${If} ${Silent}
		${Refuse} "$(Newer)" ${PRODUCT_VERSION}
	${EndIf}
	MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(Newer) $(Anyway)" IDYES +3
	SetErrorLevel ${PRODUCT_VERSION}
	Quit
FunctionEnd

; checkFolder tries whether the folder can be written to, and leaves nothing.
Function checkFolder
	StrCpy $R1 ""
	${IfNot} ${FileExists} "$INSTDIR\*.*"
		StrCpy $R1 1
	${EndIf}
	ClearErrors
	CreateDirectory "$INSTDIR"
	FileOpen $0 "$INSTDIR\${PACKAGE}.try" w
	${If} ${Errors}
		${If} ${Silent}
			${Refuse} "$(NoFolder)" ${ACCESS_DENIED}
		${EndIf}
		MessageBox MB_OK|MB_ICONEXCLAMATION "$(NoFolder)"
		Abort ; stay on the page
	${EndIf}
	FileClose $0
	Delete "$INSTDIR\${PACKAGE}.try"
	${If} $R1 == 1
		RMDir "$INSTDIR"
	${EndIf}
FunctionEnd

Function askWhom
	${If} $Chosen == 1
		Call checkRights
		Call checkVersion
		Abort ; no need to ask
	${EndIf}
	!insertmacro MUI_HEADER_TEXT "$(WhomTitle)" "$(WhomText)"
	nsDialogs::Create 1018
	Pop $0
	${NSD_CreateRadioButton} 0 8u 100% 12u "$(ForMe)"
	Pop $RadioUser
	${NSD_AddStyle} $RadioUser ${WS_GROUP}
	${NSD_CreateRadioButton} 0 26u 100% 12u "$(ForEverybody)"
	Pop $RadioAll
	${If} $ForAll == 1
		${NSD_Check} $RadioAll
	${Else}
		${NSD_Check} $RadioUser
	${EndIf}
	nsDialogs::Show
FunctionEnd

Function takeWhom
	${NSD_GetState} $RadioAll $0
	StrCpy $ForAll ""
	${If} $0 = ${BST_CHECKED}
		StrCpy $ForAll 1
	${EndIf}
	Call way
	Call checkRights
	Call checkVersion
FunctionEnd

; start starts the program as the person at the desktop, also from a setup with
; an administrator's rights.
Function start
	Exec '"$WINDIR\explorer.exe" "$INSTDIR\${PROGRAM}"'
FunctionEnd

!macro WriteUninstall root
	WriteRegStr ${root} "${UNINSTALL}" "DisplayName" "${NAME}"
	WriteRegStr ${root} "${UNINSTALL}" "DisplayVersion" "${VERSION}"
	WriteRegStr ${root} "${UNINSTALL}" "DisplayIcon" "$INSTDIR\${PROGRAM}"
	WriteRegStr ${root} "${UNINSTALL}" "Publisher" "${VENDOR}"
	WriteRegStr ${root} "${UNINSTALL}" "URLInfoAbout" "${HOMEPAGE}"
	WriteRegStr ${root} "${UNINSTALL}" "InstallLocation" "$INSTDIR"
	WriteRegStr ${root} "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
	WriteRegStr ${root} "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
	WriteRegDWORD ${root} "${UNINSTALL}" "EstimatedSize" ${KILOBYTES}
	WriteRegDWORD ${root} "${UNINSTALL}" "NoModify" 1
	WriteRegDWORD ${root} "${UNINSTALL}" "NoRepair" 1
!macroend

Section
	!insertmacro AwaitEnd "" "$INSTDIR"
	${If} $OldFolder != ""
	${AndIf} $OldFolder != $INSTDIR ; it moves
		!insertmacro AwaitEnd "" "$OldFolder"
		!insertmacro RemoveProgram "$OldFolder"
	${EndIf}
	SetOutPath "$INSTDIR"
	File "/oname=${PROGRAM}" "${SOURCE}/program.exe"
	File "${SOURCE}/LICENSE.txt"
	WriteUninstaller "$INSTDIR\uninstall.exe"
	CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\${PROGRAM}" "" "" 0 SW_SHOWNORMAL "" "${SUMMARY}"
	${If} $ForAll == 1
		!insertmacro WriteUninstall HKLM
	${Else}
		!insertmacro WriteUninstall HKCU
	${EndIf}
SectionEnd

Function un.onInit
	SetRegView 64
	ReadRegStr $0 HKLM "${UNINSTALL}" "InstallLocation"
	${If} $0 != $INSTDIR
		SetShellVarContext current
		Return
	${EndIf}
	StrCpy $ForAll 1
	SetShellVarContext all
	!insertmacro isAdmin
	${If} $0 == 1
		Return
	${EndIf}
	${If} ${Silent}
		${un.Refuse} "$(NoRights)" ${ELEVATION_REQUIRED}
	${EndIf}
	ClearErrors
	ExecShell "runas" "$INSTDIR\uninstall.exe"
	${If} ${Errors}
		${un.Refuse} "$(NoRights)" ${ELEVATION_REQUIRED}
	${EndIf}
	Quit
FunctionEnd

Section Uninstall
	!insertmacro AwaitEnd "un." "$INSTDIR"
	Delete "$SMPROGRAMS\${NAME}.lnk"
	${If} $ForAll == 1
		DeleteRegKey HKLM "${UNINSTALL}"
	${Else}
		DeleteRegKey HKCU "${UNINSTALL}"
	${EndIf}
	!insertmacro RemoveProgram "$INSTDIR"
	RMDir "$LOCALAPPDATA\Programs" ; if it was made for this program alone
	DetailPrint "$(Keeps)"
SectionEnd
